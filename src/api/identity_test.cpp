#include "api/identity.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

namespace taskrunner::api {
namespace {

TEST(Identity, EachRoleMayWhatThoseBeforeItMay) {
  const Identity viewer{"v", Role::viewer};
  EXPECT_TRUE(viewer.may(Right::look));
  EXPECT_FALSE(viewer.may(Right::act));
  EXPECT_FALSE(viewer.may(Right::transfer));
  const Identity operating{"o", Role::operator_};
  EXPECT_TRUE(operating.may(Right::look));
  EXPECT_TRUE(operating.may(Right::act));
  EXPECT_FALSE(operating.may(Right::transfer));
  const Identity admin{"a", Role::admin};
  EXPECT_TRUE(admin.may(Right::look));
  EXPECT_TRUE(admin.may(Right::act));
  EXPECT_TRUE(admin.may(Right::transfer));
}

TEST(Identity, ARefusalNamesTheRequestAndTheRole) {
  try {
    Identity{"v", Role::viewer}.want(Right::act, "add");
    FAIL() << "a viewer may add";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_permitted);
    EXPECT_STREQ(error.what(), "'add' takes the role operator: you have viewer");
  }
}

TEST(Identity, WhoProvedWhoTheyAreMayWhatTheirCredentialsSay) {
  const IdentityPtr ann = identity_of({{"ann", Role::operator_, std::vector<std::string>{"a#1"}}});
  EXPECT_EQ(ann->name, "ann");
  EXPECT_TRUE(ann->may(Right::act));
  EXPECT_FALSE(ann->may(Right::transfer));
  EXPECT_TRUE(ann->access->permits_topic("a#1"));
  EXPECT_FALSE(ann->access->permits_topic("b#1"));
  EXPECT_FALSE(ann->access->sees_all_rows());
  EXPECT_TRUE(identity_of({{"bob", Role::viewer}})->access->sees_all_rows());
  EXPECT_FALSE(identity_of({{"nobody", Role::admin, std::vector<std::string>()}})->access->permits_topic("a#1"));
}

TEST(Identity, WhoNeedNotSayWhoTheyAreMayDoAndSeeEverything) {
  EXPECT_TRUE(everybody()->may(Right::transfer));
  EXPECT_TRUE(everybody()->access->sees_all_rows());
  EXPECT_TRUE(everybody()->access->sees_all_fields());
  EXPECT_EQ(everybody()->name, "");
}

}  // namespace
}  // namespace taskrunner::api
