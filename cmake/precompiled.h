// What nearly every file reads, read once. Every file still includes what it uses. Asio is not among it, but added where
// all stand on it (Lockstep.cmake): its static objects make every binary link it, and the pure modules shall not.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <tl/expected.hpp>
