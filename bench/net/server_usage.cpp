#include "server_usage.hpp"

#include <unistd.h>

#include <fstream>
#include <limits>
#include <sstream>

namespace bench {

double ServerUsage::cpu_seconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream behind_name(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) behind_name >> skipped;
  double user = 0, system = 0;
  behind_name >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

long ServerUsage::status_kib(const std::string& field) const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
  for (std::string name; file >> name;) {
    long value = 0;
    if (name == field && file >> value) return value;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

long ServerUsage::resident_kib() const { return status_kib("VmRSS:"); }
long ServerUsage::peak_kib() const { return status_kib("VmHWM:"); }

}  // namespace bench
