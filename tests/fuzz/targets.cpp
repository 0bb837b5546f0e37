#include "targets.hpp"

#include <array>

namespace taskrunner::fuzz {

std::span<const Target> targets() {
  static constexpr std::array all{Target{"http_head", http_head},
                                  Target{"websocket_frames", websocket_frames},
                                  Target{"engineio_packets", engineio_packets},
                                  Target{"socketio_packets", socketio_packets},
                                  Target{"query_request", query_request},
                                  Target{"query_match", query_match},
                                  Target{"subscription_token", subscription_token},
                                  Target{"cron", cron},
                                  Target{"jwt", jwt},
                                  Target{"tickets", tickets},
                                  Target{"token_files", token_files}};
  return all;
}

}  // namespace taskrunner::fuzz
