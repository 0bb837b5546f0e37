#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <taskrunner/error.hpp>

#include "net/server_group.hpp"
#include "net/test_certificate.hpp"
#include "net/tls_context.hpp"

namespace taskrunner::net {
namespace {

/// A blocking TLS client in the test's own thread.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, const testing::Identity* identity = nullptr, int newest = TLS1_3_VERSION) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), newest);
    SSL_CTX_set_cipher_list(context_.get(), "DEFAULT:@SECLEVEL=0");
    if (identity) {
      SSL_CTX_use_certificate(context_.get(), identity->certificate.get());
      SSL_CTX_use_PrivateKey(context_.get(), identity->key.get());
    }
    fd_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to);
    tls_.reset(SSL_new(context_.get()));
    SSL_set_fd(tls_.get(), fd_);
    connected = SSL_connect(tls_.get()) == 1;
  }
  ~TlsClient() { ::close(fd_); }

  void send(const std::string& bytes) { SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())); }
  /// Up to and with `mark`, or what came before the end.
  std::string until(const std::string& mark) {
    std::string bytes;
    char one = 0;
    while (!bytes.ends_with(mark) && SSL_read(tls_.get(), &one, 1) == 1) bytes.push_back(one);
    return bytes;
  }
  std::string take(std::size_t count) {
    std::string bytes(count, '\0');
    std::size_t at = 0;
    for (int got = 1; at < count && got > 0; at += got > 0 ? static_cast<std::size_t>(got) : 0)
      got = SSL_read(tls_.get(), bytes.data() + at, static_cast<int>(count - at));
    bytes.resize(at);
    return bytes;
  }
  std::string get(const std::string& target) {
    send("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto head = until("\r\n\r\n");
    const auto at = head.find("Content-Length: ");
    return at == std::string::npos ? "" : take(std::stoul(head.substr(at + 16)));
  }
  std::string server_name() {
    const testing::Certificate certificate(SSL_get1_peer_certificate(tls_.get()), X509_free);
    char text[100] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, text, sizeof text);
    return text;
  }
  std::string version() { return SSL_get_version(tls_.get()); }
  void say_goodbye() { SSL_shutdown(tls_.get()); }

  bool connected = false;

 private:
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, void (*)(SSL*)> tls_{nullptr, SSL_free};
  int fd_ = -1;
};

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    signal(SIGPIPE, SIG_IGN);  // for the client, whose OpenSSL writes as it likes
    std::filesystem::create_directories(folder);
    options.certificate_file = folder / "cert.pem";
    options.key_file = folder / "key.pem";
    testing::make_identity("first").write(options.certificate_file, options.key_file);
  }
  ~TlsTest() override {
    group.reset();
    std::filesystem::remove_all(folder);
  }
  void start() {
    context = std::make_shared<TlsContext>(options);
    HttpServerOptions http;
    http.tls = context;
    group = std::make_unique<ServerGroup>(2, http, SocketIoOptions{}, [this](ServerGroup::Member& member) {
      member.http.handle("/who", [](HttpRequest request) -> boost::asio::awaitable<HttpResponse> {
        co_return text_response(200, "client " + request.client_certificate);
      });
      member.http.handle("/large", [this](HttpRequest) -> boost::asio::awaitable<HttpResponse> {
        co_return text_response(200, std::string(large_bytes, 'x'));
      });
      NamespaceHandlers handlers;
      handlers.on_connection = [](const std::shared_ptr<Socket>& socket) { socket->emit("hello", "1"); };
      member.sockets.of("/", handlers);
    });
    group->start();
  }

  static constexpr std::size_t large_bytes = 20'000'000;
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("taskrunner-tls-" + std::to_string(getpid()));
  TlsOptions options;
  std::shared_ptr<TlsContext> context;
  std::unique_ptr<ServerGroup> group;
};

TEST_F(TlsTest, SpeaksVersions12And13Only) {
  start();
  EXPECT_EQ(TlsClient(group->local_port()).version(), "TLSv1.3");
  EXPECT_EQ(TlsClient(group->local_port(), nullptr, TLS1_2_VERSION).version(), "TLSv1.2");
  EXPECT_FALSE(TlsClient(group->local_port(), nullptr, TLS1_1_VERSION).connected);
}

TEST_F(TlsTest, CarriesRequestsAndAnswersLargerThanAnyBuffer) {
  start();
  TlsClient client(group->local_port());
  EXPECT_EQ(client.get("/who"), "client ");
  EXPECT_EQ(client.get("/large"), std::string(large_bytes, 'x'));
  EXPECT_EQ(client.get("/who"), "client ");
}

TEST_F(TlsTest, CarriesWebsocketsAndSaysGoodbye) {
  start();
  TlsClient client(group->local_port());
  client.send("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  EXPECT_TRUE(client.until("\r\n\r\n").starts_with("HTTP/1.1 101"));
  EXPECT_TRUE(client.until("}").find("\"upgrades\":[]") != std::string::npos);
  client.send(std::string("\x81\x82\0\0\0\0" "40", 8));
  EXPECT_NE(client.until("\"hello\",1]").find("40{\"sid\""), std::string::npos);
  group->stop();
  EXPECT_EQ(client.take(4).substr(0, 1), "\x88");
}

TEST_F(TlsTest, ShowsANewCertificateAfterReloadAndKeepsTheOldOneWhereItIsBroken) {
  start();
  TlsClient before(group->local_port());
  EXPECT_EQ(before.server_name(), "first");
  testing::make_identity("second").write(options.certificate_file, options.key_file);
  context->reload();
  EXPECT_EQ(TlsClient(group->local_port()).server_name(), "second");
  EXPECT_EQ(before.get("/who"), "client ");
  testing::make_identity("third").write(options.certificate_file, folder / "other.pem");
  EXPECT_THROW(context->reload(), Error);
  EXPECT_EQ(TlsClient(group->local_port()).server_name(), "second");
}

TEST_F(TlsTest, KnowsClientsByTheirCertificate) {
  const auto authority = testing::make_identity("authority"), stranger = testing::make_identity("stranger");
  options.client_ca_file = folder / "ca.pem";
  authority.write(options.client_ca_file, folder / "ca-key.pem");
  start();
  const auto alice = testing::make_identity("alice", &authority), mallory = testing::make_identity("mallory", &stranger);
  EXPECT_EQ(TlsClient(group->local_port(), &alice).get("/who"), "client CN=alice");
  EXPECT_EQ(TlsClient(group->local_port(), &mallory).get("/who"), "");
  EXPECT_EQ(TlsClient(group->local_port()).get("/who"), "");
}

TEST_F(TlsTest, LetsNamelessClientsInWhereTheyMayBe) {
  const auto authority = testing::make_identity("authority");
  options.client_ca_file = folder / "ca.pem";
  options.client_may_have_none = true;
  authority.write(options.client_ca_file, folder / "ca-key.pem");
  start();
  EXPECT_EQ(TlsClient(group->local_port()).get("/who"), "client ");
}

TEST_F(TlsTest, NamesTheFileThatIsWrong) {
  options.key_file = folder / "missing.pem";
  try {
    TlsContext wrong(options);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("missing.pem"), std::string::npos);
  }
}

TEST_F(TlsTest, EndsClientsThatSpeakNoTls) {
  start();
  for (const std::string first : {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "\x16\x03\x01\xff\xff garbage garbage garbage"}) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(group->local_port());
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to);
    ASSERT_EQ(send(fd, first.data(), first.size(), MSG_NOSIGNAL), static_cast<ssize_t>(first.size()));
    shutdown(fd, SHUT_WR);
    char byte = 0;
    while (recv(fd, &byte, 1, 0) > 0) {
    }
    ::close(fd);
  }
  TlsClient client(group->local_port());
  EXPECT_EQ(client.get("/who"), "client ");
}

}  // namespace
}  // namespace taskrunner::net
