#pragma once

#include <boost/asio/awaitable.hpp>

namespace lockstep {

/// The only header that includes Asio. Services go into coroutines by reference, data by value; never build an
/// aggregate or a capturing lambda inside a co_await expression (GCC 12 frees its members twice): name it first.
template <class T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace lockstep
