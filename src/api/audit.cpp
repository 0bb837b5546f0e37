#include "api/audit.hpp"

#include <taskrunner/error.hpp>

#include "base/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace taskrunner::api {
namespace {

constexpr std::size_t longest_reason = 200;

std::string quoted_part(std::string_view text) {
  std::size_t length = std::min(text.size(), longest_reason);
  while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return Json(text.substr(0, length)).dump();
}

/// `{"id":"…` is how a task begins.
std::string id_from(std::string_view answer) {
  constexpr std::string_view head = R"({"id":")";
  constexpr std::size_t id_length = 24;
  if (!answer.starts_with(head)) return {};
  return std::string(answer.substr(head.size(), id_length));
}

bool is_change(const net::HttpRequest& request) { return request.method == "POST" || request.method == "DELETE"; }

/// `/api/v1/tasks/<id>/stop` names the task; an add's answer does.
std::string id_of(const net::HttpRequest& request, const net::HttpResponse& response) {
  constexpr std::string_view prefix = "/api/v1/tasks/";
  for (const std::string_view path : {std::string_view(request.path), response.headers.get("Location")}) {
    if (!path.starts_with(prefix)) continue;
    const std::string_view id = path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size());
    if (ObjectId::from_hex(id)) return std::string(id);
  }
  return {};
}

awaitable<std::string> audited_here(awaitable<std::string> request, ChangeRequest change) {
  std::string reason;
  std::exception_ptr failure;
  std::string text;
  try {
    text = co_await std::move(request);
  } catch (const std::exception& error) {
    failure = std::current_exception();
    reason = error.what();
  }
  if (change.id.empty()) change.id = id_from(text);
  log_info("{}", audit_line(change, failure ? reason : "ok"));
  if (failure) std::rethrow_exception(failure);
  co_return text;
}

}  // namespace

std::string audit_line(const ChangeRequest& change, std::string_view answer) {
  return fmt::format("audit: who={} role={} from={} what={} id={} answer={}", quoted_part(change.who->name),
                     to_text(change.who->role), change.address, quoted_part(change.what),
                     change.id.empty() ? "-" : change.id, quoted_part(answer));
}

awaitable<std::string> audited(awaitable<std::string> request, ChangeRequest change) {
  if (!change.who->proof) return request;
  return audited_here(std::move(request), std::move(change));
}

awaitable<net::HttpResponse> audited(awaitable<net::HttpResponse> request, const net::HttpRequest& asked, IdentityPtr who) {
  if (!who->proof || !is_change(asked)) co_return co_await std::move(request);
  std::string reason;
  std::exception_ptr failure;
  net::HttpResponse response;
  try {
    response = co_await std::move(request);
  } catch (const std::exception& error) {
    failure = std::current_exception();
    reason = error.what();
  }
  const ChangeRequest change{who, asked.remote_address, asked.method + " " + asked.path, id_of(asked, response)};
  log_info("{}", audit_line(change, failure ? reason : std::to_string(response.status)));
  if (failure) std::rethrow_exception(failure);
  co_return response;
}

}  // namespace taskrunner::api
