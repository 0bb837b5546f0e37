#include "report/figures.hpp"

#include <taskrunner/error.hpp>
#include <taskrunner/json.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace taskrunner::bench {
namespace {

std::string number(double value) {
  if (value >= 100 || value == std::floor(value)) return fmt::format("{:.0f}", value);
  return fmt::format("{:.2f}", value);
}

}  // namespace

double percentile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

std::string to_markdown(const std::vector<Figure>& figures) {
  std::string out = fmt::format("| {:<62} | {:>9} | {:>9} | {:>9} | {:>9} |\n", "figure", "median", "least", "most", "wanted");
  out += fmt::format("| {:-<62} | {:->8}: | {:->8}: | {:->8}: | {:->8}: |\n", "", "", "", "", "");
  for (const Figure& figure : figures) {
    if (figure.values.empty()) continue;
    out += fmt::format("| {:<62} | {:>9} | {:>9} | {:>9} | {:>9} |\n", figure.name + ", " + figure.unit,
                       number(percentile(figure.values, 0.5)), number(percentile(figure.values, 0)),
                       number(percentile(figure.values, 1)), figure.wanted > 0 ? number(figure.wanted) : "");
  }
  return out;
}

std::string to_json(const std::vector<Figure>& figures) {
  JsonObject out;
  for (const Figure& figure : figures) {
    JsonArray values(figure.values.begin(), figure.values.end());
    out.append(figure.key, Json{{"unit", figure.unit}, {"values", std::move(values)}});
  }
  return Json(std::move(out)).dump() + "\n";
}

void note(std::vector<Figure>& figures, const std::string& key, double value) {
  for (Figure& figure : figures)
    if (figure.key == key) return figure.values.push_back(value);
  throw Error(ErrorCode::internal, "no figure '" + key + "'");
}

}  // namespace taskrunner::bench
