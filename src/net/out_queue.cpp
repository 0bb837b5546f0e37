#include "net/out_queue.hpp"

#include <algorithm>
#include <cstring>

#include "net/engineio_packet.hpp"

namespace taskrunner::net {

bool OutQueue::push(OutFrame frame) {
  bytes_ += frame.size();
  if (!frame.key.empty()) {
    for (std::size_t i = frames_.size(); i-- > first_ + (sent_ > 0 ? 1u : 0u);) {
      if (frames_[i].key != frame.key) continue;
      bytes_ -= frames_[i].size();
      frames_[i] = std::move(frame);
      return true;
    }
  }
  frames_.push_back(std::move(frame));
  return false;
}

std::vector<boost::asio::const_buffer> OutQueue::gather(char* scratch, std::size_t scratch_size) const {
  constexpr std::size_t copy_up_to = 2048;
  std::vector<boost::asio::const_buffer> buffers;
  std::size_t used = 0, skip = sent_;
  bool last_is_scratch = false;
  const auto add = [&](std::string_view piece) {
    const auto cut = std::min(skip, piece.size());
    skip -= cut;
    piece.remove_prefix(cut);
    if (piece.empty()) return;
    if (piece.size() > copy_up_to) {
      buffers.emplace_back(piece.data(), piece.size());
      last_is_scratch = false;
      return;
    }
    std::memcpy(scratch + used, piece.data(), piece.size());
    if (last_is_scratch)
      buffers.back() = {buffers.back().data(), buffers.back().size() + piece.size()};
    else
      buffers.emplace_back(scratch + used, piece.size());
    used += piece.size();
    last_is_scratch = true;
  };
  for (std::size_t i = first_; i < frames_.size(); ++i) {
    const auto& frame = frames_[i];
    if (used + 2 * copy_up_to + 16 > scratch_size || buffers.size() > 60) break;
    char head[10];
    add({head, write_websocket_head(frame.opcode, frame.size(), head)});
    add(frame.head);
    if (frame.tail) add(*frame.tail);
  }
  return buffers;
}

void OutQueue::consume(std::size_t wire_bytes) {
  sent_ += wire_bytes;
  while (!empty()) {
    const auto size = frames_[first_].size();
    const auto wire = websocket_head_size(size) + size;
    if (sent_ < wire) return;
    sent_ -= wire;
    bytes_ -= size;
    pop();
  }
}

/// Room for two frames stays with a queue that is empty; what is gone is not kept longer than what waits.
void OutQueue::pop() {
  constexpr std::size_t kept_frames = 2;
  frames_[first_++] = {};
  if (empty()) {
    frames_.clear();
    first_ = 0;
    if (frames_.capacity() > kept_frames) std::vector<OutFrame>().swap(frames_);
  } else if (first_ > 16 && first_ > frames_.size() / 2) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

std::string OutQueue::take_polling_body() {
  std::string body;
  for (const auto& frame : take_all()) {
    const std::string_view tail = frame.tail ? std::string_view(*frame.tail) : std::string_view();
    if (frame.opcode == WebSocketOpcode::text) append_polling_text(body, frame.head, tail);
    if (frame.opcode == WebSocketOpcode::binary) append_polling_binary(body, frame.head + std::string(tail));
  }
  return body;
}

std::vector<OutFrame> OutQueue::take_all() {
  bytes_ = 0;
  sent_ = 0;
  auto frames = std::exchange(frames_, {});
  frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(std::exchange(first_, 0)));
  return frames;
}

}  // namespace taskrunner::net
