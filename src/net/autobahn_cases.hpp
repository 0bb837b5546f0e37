#pragma once

#include <string>
#include <utility>
#include <vector>

namespace taskrunner::net::testing {

/// One case of the Autobahn test suite as data: what an echo server is sent, and what it must answer.
struct AutobahnCase {
  std::string id;
  std::vector<std::string> chops;                     ///< written one by one, in bytes of the wire
  std::vector<std::pair<int, std::string>> answers;   ///< opcode and payload of each frame before the close frame
  int close_code = 1000;                              ///< of the server's close frame
};

/// A client's frame, masked.
std::string client_frame(int opcode, std::string payload, bool final = true, int reserved = 0);

/// Sections 1 to 7 and 10. Case ids are Autobahn's; what each is about stands beside it.
std::vector<AutobahnCase> autobahn_cases();
/// Sections 6.5 to 6.23: UTF-8 sequences and whether each is valid, by section.
std::vector<std::vector<std::pair<bool, std::string>>> utf8_sequences();

}  // namespace taskrunner::net::testing
