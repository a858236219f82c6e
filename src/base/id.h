#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace lockstep {

/// A strong id: no implicit conversion in either direction, so that a run can never be taken for a link.
template <class Tag, class T>
class Id {
 public:
  Id() = default;
  explicit Id(T value) : value_(std::move(value)) {}
  const T& value() const { return value_; }
  auto operator<=>(const Id&) const = default;
  bool operator==(const Id&) const = default;

 private:
  T value_{};
};

}  // namespace lockstep

template <class Tag, class T>
struct std::hash<lockstep::Id<Tag, T>> {
  std::size_t operator()(const lockstep::Id<Tag, T>& id) const { return std::hash<T>()(id.value()); }
};
