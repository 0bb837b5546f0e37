// The main thing on one page: a durable download, seen and steered from a browser.
//   download_one URL PATH
#include <taskrunner/taskrunner.hpp>

#include "support/http_get.hpp"
#include "support/part_file.hpp"

#include <iostream>

namespace tr = taskrunner;

struct Download {  // the document's "data"
  std::string url, path;
};
BOOST_DESCRIBE_STRUCT(Download, (), (url, path))

tr::awaitable<tr::Json> download(Download job, tr::Context& ctx) {
  PartFile file(job.path);                              // opens at the size already on disk
  auto body = co_await http_get(job.url, file.size());  // a stop aborts whatever is awaited
  while (auto chunk = co_await body.read()) {
    file.append(*chunk);
    ctx.progress({{"spent", file.size()}, {"total", body.total()}});  // never blocks; the newest wins
    co_await ctx.checkpoint();                                        // a pause waits here, a stop unwinds here
  }
  co_return tr::Json{{"bytes", file.size()}};  // becomes "response"
}

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: download_one URL PATH\n";
    return 2;
  }
  tr::TaskRunner runner({.store = "sqlite:download_one.db", .listen = "127.0.0.1:0"});
  runner.handle("download#1", download, {.max_running = 4, .pausable = true});
  runner.add("download#1", Download{argv[1], argv[2]}, {.priority = 5});
  runner.run();  // until SIGTERM: drains, hands its tasks back
}
