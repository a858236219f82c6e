// Labels of an account's own, and its rules for how many records may be tied in one way.
#include <algorithm>

#include "emulators/hubspot/associations.h"

namespace lockstep::emulators::hubspot {
namespace {

std::size_t own_labels(const std::vector<AssociationType>& types) {
  return static_cast<std::size_t>(std::count_if(types.begin(), types.end(), [](const AssociationType& type) { return type.own_label(); }));
}

}  // namespace

const AssociationType* Associations::add_label(const ObjectType& from, const ObjectType& to, const std::string& name, const std::string& label,
                                               const std::string& inverse_label) {
  std::vector<AssociationType>&types = types_[from.index][to.index], &others = types_[to.index][from.index];
  bool alone = &from == &to && (inverse_label.empty() || inverse_label == label);
  std::size_t wanted = &from == &to && !alone ? 2 : 1;
  if (own_labels(types) + wanted > kMaxOwnLabels) return nullptr;
  AssociationType here;
  here.id = ++last_label_;
  here.inverse = alone ? here.id : ++last_label_;
  here.label = label;
  here.name = name;
  here.user_defined = true;
  AssociationType there = here;
  std::swap(there.id, there.inverse);
  if (!inverse_label.empty()) there.label = inverse_label;
  int id = here.id;
  types.push_back(std::move(here));
  if (!alone) others.push_back(std::move(there));
  return find_type(from, to, id);
}

void Associations::rename_label(const ObjectType& from, const ObjectType& to, const AssociationType& type, const std::string& label,
                                const std::string& inverse_label) {
  int id = type.id, inverse = type.inverse;
  if (!label.empty()) own(from, to, id).label = label;
  if (!inverse_label.empty()) own(to, from, inverse).label = inverse_label;
}

bool Associations::in_use(const ObjectType& from, const ObjectType& to, const AssociationType& type) const {
  for (RowNumber row = 0; row < from.table->row_count(); ++row) {
    if (labelled(from, row, to, type.id) != kNoRow) return true;
  }
  return false;
}

void Associations::remove_label(const ObjectType& from, const ObjectType& to, const AssociationType& type) {
  int id = type.id, inverse = type.inverse;
  own(from, to, id).removed = true;
  own(to, from, inverse).removed = true;
}

void Associations::set_most(const ObjectType& from, const ObjectType& to, const AssociationType& type, std::int64_t most) {
  own(from, to, type.id).most = most;
}

bool Associations::full(const ObjectType& from, RowNumber row, const ObjectType& to, RowNumber to_row, const AssociationType& type) const {
  if (type.most == 0) return false;
  std::int64_t count = 0;
  for (const Tie& tie : ties(from, row, to)) {
    bool counts = std::find(tie.types.begin(), tie.types.end(), &type) != tie.types.end();
    if (counts && tie.to == to_row) return false;  // it is there already
    count += counts && !to.table->record(tie.to).deleted ? 1 : 0;
  }
  return count >= type.most;
}

}  // namespace lockstep::emulators::hubspot
