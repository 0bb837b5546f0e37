#include "store/mongo_url.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

#include <string>

namespace taskrunner::store {
namespace {

std::string refusal(const std::string& url) {
  try {
    parse_mongo_url(url);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  ADD_FAILURE() << url << " was taken";
  return {};
}

TEST(MongoUrl, TheCollectionIsTakenOutAndTheOtherOptionsStay) {
  const MongoUrl url = parse_mongo_url("mongodb://a:1,b:2/jobs?replicaSet=rs&collection=work&appName=x");
  EXPECT_EQ(url.uri, "mongodb://a:1,b:2/jobs?replicaSet=rs&appName=x");
  EXPECT_EQ(url.database, "jobs");
  EXPECT_EQ(url.collection, "work");
  EXPECT_EQ(url.shown, "mongodb://a:1,b:2/jobs?collection=work");
}

TEST(MongoUrl, WithoutOptionsItIsTheCollectionTasks) {
  const MongoUrl url = parse_mongo_url("mongodb://localhost/jobs");
  EXPECT_EQ(url.uri, "mongodb://localhost/jobs");
  EXPECT_EQ(url.collection, "tasks");
  EXPECT_EQ(url.shown, "mongodb://localhost/jobs");
  EXPECT_EQ(parse_mongo_url("mongodb://localhost/jobs?collection=tasks").uri, "mongodb://localhost/jobs");
  EXPECT_EQ(parse_mongo_url("mongodb+srv://cluster.example.net/jobs").shown, "mongodb+srv://cluster.example.net/jobs");
}

TEST(MongoUrl, WhatIsShownHoldsNoSecret) {
  const MongoUrl url = parse_mongo_url(
      "mongodb://me:hidden@a/jobs?authSource=admin&tls=true&tlsCertificateKeyFilePassword=hidden");
  EXPECT_NE(url.uri.find("me:hidden@"), std::string::npos);
  EXPECT_EQ(url.shown, "mongodb://a/jobs");
  EXPECT_EQ(parse_mongo_url("mongodb://me:hid@den@a/jobs").shown, "mongodb://a/jobs");
}

TEST(MongoUrl, ARefusalHoldsNoSecret) {
  for (const char* url : {
           "mongodb://me:hidden@a/", "mongodb://me:hidden@/jobs", "mongodb://me:hidden@a:port/jobs",
           "mongodb://me:hid/den@a/jobs", "mongodb://me:hidden@a/jobs?w=1",
           "mongodb://me:hidden@a/jobs?collection=a.b", "mongodb://me:hidden@a/jobs?journal=false",
           "mongodb://me:hid%den@a/jobs", "mongodb://me:hidden@a/jobs?tls=perhaps&tls",
           "mongodb+srv://me:hidden@a.b.c:7/jobs",
       }) {
    const std::string text = refusal(url);
    EXPECT_EQ(text.find("hid"), std::string::npos) << text;
    EXPECT_EQ(text.find("den@"), std::string::npos) << text;
  }
}

TEST(MongoUrl, WriteConcernsThatCouldLoseAcknowledgedTasksAreRefused) {
  for (const char* option : {"w=0", "w=1", "w=2", "w=somewhere", "journal=false", "w=majority&journal=false"})
    EXPECT_NE(refusal(std::string("mongodb://a/jobs?") + option).find("can be lost"), std::string::npos) << option;
  for (const char* option : {"w=majority", "journal=true", "w=majority&journal=true&wtimeoutMS=5000", "retryWrites=false"})
    EXPECT_EQ(parse_mongo_url(std::string("mongodb://a/jobs?") + option).database, "jobs");
}

TEST(MongoUrl, ItNamesADatabaseAndAPlainCollection) {
  EXPECT_NE(refusal("mongodb://a").find("names no database"), std::string::npos);
  EXPECT_NE(refusal("mongodb://a/?replicaSet=rs").find("names no database"), std::string::npos);
  for (const char* name : {"", "a.b", "$x", "system.users", "a b", "1a"})
    EXPECT_NE(refusal(std::string("mongodb://a/jobs?collection=") + name).find("collection's name"), std::string::npos);
}

}  // namespace
}  // namespace taskrunner::store
