#pragma once

#include <boost/asio/awaitable.hpp>

namespace taskrunner {

/// What a coroutine body returns: Asio's, so that any Asio operation can be awaited in it.
/// It runs on the runner's task loop, one thread: await, never block (blocking bodies are plain functions).
template <typename T>
using awaitable = boost::asio::awaitable<T>;

}  // namespace taskrunner
