#pragma once

#include <taskrunner/process_identity.hpp>

namespace taskrunner {

ProcessIdentity this_process();

/// True only where it is certain that the process has ended: it ran on this boot and in this pid namespace, and now
/// there is no such process, another one bears its id, or all of its threads have ended.
bool has_ended(const ProcessIdentity& process);

}  // namespace taskrunner
