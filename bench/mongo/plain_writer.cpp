#include "mongo/plain_writer.hpp"

#include "doc/bson.hpp"

#include <algorithm>
#include <stdexcept>

namespace taskrunner::bench {

PlainWriter::PlainWriter(const std::string& url)
    : names_(store::open_collections(store::parse_mongo_url(url))), client_(names_.pool->take()) {}

void PlainWriter::insert(std::size_t count, const char* topic) {
  constexpr std::size_t batch = 1'000;
  for (std::size_t done = 0; done < count; done += batch) insert_some(std::min(batch, count - done), topic);
}

void PlainWriter::insert_some(std::size_t count, const char* topic) {
  const Json task{{"versionedTopic", topic},
                  {"state", "to do"},
                  {"data", Json{{"text", std::string(80, 'x')}, {"n", 1}}},
                  {"createdAt", "2026-01-01T00:00:00.000Z"},
                  {"updatedAt", "2026-01-01T00:00:00.000Z"}};
  const Json command{{"insert", names_.tasks},
                     {"documents", JsonArray(count, task)},
                     {"ordered", false},
                     {"writeConcern", Json{{"w", "majority"}, {"j", true}}}};
  run(names_.database.c_str(), command);
}

void PlainWriter::settle() { run("admin", Json{{"fsync", 1}}); }

void PlainWriter::run(const char* database, const Json& command) {
  const std::string bytes = encode_bson(command.as_object());
  bson_t request;
  bson_init_static(&request, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  bson_error_t error;
  if (!mongoc_client_command_simple(client_.get(), database, &request, nullptr, nullptr, &error))
    throw std::runtime_error(error.message);
}

}  // namespace taskrunner::bench
