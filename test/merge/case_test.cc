// The scenarios of docs/merge-rules.md, one YAML file each.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "case_runner.h"

namespace lockstep::merge {
namespace {

class Case : public testing::TestWithParam<std::string> {};

TEST_P(Case, HoldsAsWritten) {
  for (const std::string& wrong : run_case(GetParam())) ADD_FAILURE() << wrong;
}

/// The runner itself: wrong expectations and words it does not know are told.
TEST(CaseRunner, TellsWhatDiffers) {
  const std::string path = testing::TempDir() + "/wrong_case.yaml";
  const auto wrong_of = [&](const std::string& step) {
    std::ofstream(path) << "systems: {a: {}, b: {}}\nfields: {name: text}\ngolden: {name: one}\nsteps:\n  - " << step << "\n";
    return run_case(path);
  };
  EXPECT_EQ(wrong_of("{see: a, with: {name: two}, expect: {golden: {name: two}, owed: {b: [name]}}}"), std::vector<std::string>{});
  EXPECT_EQ(wrong_of("{see: a, with: {name: two}, expect: {golden: {name: one}}}").size(), 1u);
  EXPECT_EQ(wrong_of("{see: a, with: {name: two}, expect: {owed: {b: nothing}}}").size(), 1u);
  EXPECT_EQ(wrong_of("{see: a, with: {name: two}, expect: {presence: deleted}}").size(), 1u);
  EXPECT_EQ(wrong_of("{see: a, with: {name: two}, expect: {reviews: [rewritten]}}").size(), 1u);
  EXPECT_EQ(wrong_of("{see: a, with: {name: two}, expect: {audit: nothing}}").size(), 1u);
  EXPECT_EQ(wrong_of("{send: a}").size(), 1u);
  EXPECT_EQ(wrong_of("{see: c}").size(), 1u);
  EXPECT_EQ(wrong_of("{sea: a}").size(), 1u);
}

std::string name_of_case(const testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem().string();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Merge, Case, testing::ValuesIn(case_files()), name_of_case);

}  // namespace
}  // namespace lockstep::merge
