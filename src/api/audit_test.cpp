#include "api/audit.hpp"

#include "base/utf8.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskrunner::api {
namespace {

using ::testing::HasSubstr;

ChangeRequest stop_by(const std::string& name) {
  return {identity_of({{name, auth::Role::operator_}}), "192.0.2.7", "stop", "0123456789abcdef01234567"};
}

TEST(Audit, ALineSaysWhoFromWhereWhatOfWhichTaskAndTheAnswer) {
  EXPECT_EQ(audit_line(stop_by("ann"), "ok"),
            R"(audit: who="ann" role=operator from=192.0.2.7 what="stop" id=0123456789abcdef01234567 answer="ok")");
  ChangeRequest many = stop_by("ann");
  many.what = "addMany";
  many.id.clear();
  EXPECT_THAT(audit_line(many, "ok"), HasSubstr(R"(what="addMany" id=- )"));
}

TEST(Audit, NothingThatAClientSaysMakesASecondLineOrAnotherField) {
  const std::string line = audit_line(stop_by("ann\" role=admin"), "no:\n2026-01-01 audit: who=\"root\"");
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_THAT(line, HasSubstr(R"(who="ann\" role=admin" role=operator)"));
}

TEST(Audit, ALongAnswerIsCutBetweenCharacters) {
  std::string answer(199, 'x');
  answer += "€ and more";
  const std::string line = audit_line(stop_by("ann"), answer);
  EXPECT_THAT(line, HasSubstr(std::string(199, 'x') + '"'));
  EXPECT_TRUE(is_utf8(line));
}

}  // namespace
}  // namespace taskrunner::api
