#pragma once

namespace taskrunner::store {

/// Before anything of libmongoc is used; harmless any number of times, from any thread. From then on its warnings and
/// errors go to our log. It is never stopped, since threads may be using it until the very end.
void start_libmongoc();

/// While one is held, libmongoc logs nothing of what this thread does: its words on a wrong URL may quote a password.
class SilentLibmongoc {
 public:
  SilentLibmongoc();
  ~SilentLibmongoc();
  SilentLibmongoc(const SilentLibmongoc&) = delete;
  SilentLibmongoc& operator=(const SilentLibmongoc&) = delete;
};

}  // namespace taskrunner::store
