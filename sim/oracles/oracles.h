#pragma once

#include "sim/oracle.h"

namespace lockstep::sim {

void add_state_oracles(std::vector<std::unique_ptr<Oracle>>& into);      // state.cc
void add_delete_oracles(std::vector<std::unique_ptr<Oracle>>& into);     // state.cc
void add_history_oracles(std::vector<std::unique_ptr<Oracle>>& into);    // history.cc
void add_audit_oracles(std::vector<std::unique_ptr<Oracle>>& into);      // audit.cc
void add_edit_oracles(std::vector<std::unique_ptr<Oracle>>& into);       // edits.cc
void add_objective_oracles(std::vector<std::unique_ptr<Oracle>>& into);  // objectives.cc
void add_store_oracles(std::vector<std::unique_ptr<Oracle>>& into);      // store.cc

}  // namespace lockstep::sim
