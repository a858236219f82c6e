#pragma once

#include <string>
#include <vector>

/// Scenarios of the merge as YAML, for people who do not write C++ (docs/merge-rules.md, "Test cases").
namespace lockstep::merge {

/// Paths of all case files, in order of name.
std::vector<std::string> case_files();
/// Runs one file. Returns what differs from its expectations, one sentence each; empty: it passed.
std::vector<std::string> run_case(const std::string& path);

}  // namespace lockstep::merge
