#pragma once

#include <string>
#include <vector>

namespace taskrunner::bench {

/// One thing that was measured several times. `key` names it for programs, `name` for people.
struct Figure {
  std::string key;
  std::string name;
  std::string unit;
  double wanted = 0;  ///< what this project set itself; 0: nothing
  std::vector<double> values;
};

/// The value that `share` (0 … 1) of all lie at or below. `values` is not empty.
double percentile(std::vector<double> values, double share);

/// A table: median, least, most, wanted.
std::string to_markdown(const std::vector<Figure>& figures);
/// `{"KEY": {"unit": …, "values": […]}, …}` in one line.
std::string to_json(const std::vector<Figure>& figures);

/// The same by the name of a figure, for whoever measures: adds one value.
void note(std::vector<Figure>& figures, const std::string& key, double value);

}  // namespace taskrunner::bench
