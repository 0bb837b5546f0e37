#include "app/doctor_security.hpp"
#include "app/exit_code.hpp"
#include "app/http_client.hpp"
#include "app/serve_options_cli.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"
#include "base/clock.hpp"
#include "base/time_text.hpp"
#include "store/open_store.hpp"

#include <taskrunner/error.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace taskrunner::app {
namespace {

constexpr std::uintmax_t little_space_bytes = 1'000'000'000;
constexpr long answer_timeout_ms = 3'000;  // somebody else's port may never answer
constexpr std::int64_t year_2024_ms = 1'704'067'200'000;
constexpr std::int64_t year_2100_ms = 4'102'444'800'000;

/// The address that it would be listened at, which its certificate need not name.
std::string own_url(const ServeOptions& options) {
  return (options.runner.security.tls_cert.empty() ? "http://" : "https://") + options.runner.listen;
}

bool answers_as_host(const ServeOptions& options) {
  try {
    HostAddress host(own_url(options));
    host.trusts_any = true;
    return HttpClient(host, answer_timeout_ms).send("GET", "/healthz").status == 200;
  } catch (const Error&) {
    return false;
  }
}

/// Binds it for a moment, as `serve` would for good.
boost::system::error_code try_listen(const std::string& listen) {
  using boost::asio::ip::tcp;
  const std::size_t colon = listen.rfind(':');
  std::string address = listen.substr(0, colon);
  if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
  boost::asio::io_context io;
  boost::system::error_code error;
  const tcp::endpoint endpoint(boost::asio::ip::make_address(address), static_cast<std::uint16_t>(std::stoul(listen.substr(colon + 1))));
  tcp::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), error);
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  acceptor.bind(endpoint, error);
  return error;
}

void look_at_port(const ServeOptions& options, bool host_answers, Findings& out) {
  const std::string& listen = options.runner.listen;
  if (host_answers) return out.push_back({true, "a host answers at " + own_url(options), ""});
  const auto error = try_listen(listen);
  if (!error) return out.push_back({true, "nobody listens at " + listen + ": a host can", ""});
  out.push_back({false, listen + " cannot be listened at: " + error.message(),
                 "choose another address by --listen, or see by `ss -ltnp` who has it"});
}

void look_at_folder(const ServeOptions& options, Findings& out) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = options.download_dir;
  const bool is_there = fs::exists(folder, error);
  const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  const fs::path looked_at = is_there ? folder : parent;
  if (is_there && !fs::is_directory(folder, error))
    return out.push_back({false, "the download folder " + folder.string() + " is no folder", "name another by --download-dir"});
  if (access(looked_at.c_str(), W_OK | X_OK) != 0)
    return out.push_back({false, "downloads cannot be written below " + looked_at.string(),
                          "give this user the right to write there, or name another folder by --download-dir"});
  const auto space = fs::space(looked_at, error);
  const std::string about = fmt::format("downloads go below {}{}; {} MiB are free", folder.string(),
                                        is_there ? "" : " (made when it is needed)", space.available >> 20U);
  out.push_back({!error && space.available >= little_space_bytes, about,
                 space.available >= little_space_bytes ? "" : "make room, or name another folder by --download-dir"});
}

void look_at_clock(Findings& out) {
  const std::int64_t now = system_clock().wall_ms();
  const bool is_sane = now > year_2024_ms && now < year_2100_ms;
  out.push_back({is_sane, "the clock says " + iso_time(now), is_sane ? "" : "set it, or let NTP do so: due times hang on it"});
}

/// A store that the answering host holds is as it should be.
void look_at_store(const ServeOptions& options, bool host_answers, Findings& out) {
  store::StoreOptions store_options;
  store_options.share_topics = options.runner.share_topics;
  for (auto& finding : store::check_store(options.runner.store, store_options)) {
    if (!finding.ok && host_answers) finding.what += " (a host answers at " + options.runner.listen + ": it is probably that one)";
    out.push_back(std::move(finding));
  }
}

void answer(const Findings& findings, bool json) {
  JsonArray list;
  for (const auto& [ok, what, remedy] : findings) {
    list.push_back(Json{{"ok", ok}, {"what", what}, {"remedy", remedy}});
    if (json) continue;
    print(fmt::format("{}  {}\n", ok ? "ok " : "BAD", what));
    if (!remedy.empty()) print("     " + remedy + "\n");
  }
  if (json) print(Json(std::move(list)).dump() + "\n");
}

struct DoctorOptions {
  explicit DoctorOptions(CLI::App& verb) : flags(verb) {}
  ServeFlags flags;
  bool json = false;
};

int doctor(const DoctorOptions& given) {
  const ServeOptions options = given.flags.resolve();
  Findings findings;
  const bool host_answers = answers_as_host(options);
  look_at_store(options, host_answers, findings);
  look_at_port(options, host_answers, findings);
  look_at_security(options.runner, findings);
  look_at_folder(options, findings);
  look_at_clock(findings);
  answer(findings, given.json);
  return std::all_of(findings.begin(), findings.end(), [](const auto& finding) { return finding.ok; }) ? exit_done : exit_no;
}

}  // namespace

void add_doctor_verb(CLI::App& program, Action& action) {
  CLI::App* verb = program.add_subcommand("doctor", "Say what of the set-up works and what does not, and how to mend it");
  const auto options = std::make_shared<DoctorOptions>(*verb);
  verb->add_flag("--json", options->json, "answer in JSON, for programs");
  verb->footer("Takes the options of `serve`, and looks at what it would use; changes nothing.\n"
               "Example: task-runner doctor --store sqlite:jobs.db");
  set_action(*verb, action, options, doctor);
}

}  // namespace taskrunner::app
