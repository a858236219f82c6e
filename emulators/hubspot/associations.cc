#include "emulators/hubspot/associations.h"

#include "base/check.h"

namespace lockstep::emulators::hubspot {
namespace {

using Mask = std::uint16_t;
constexpr Mask kUnlabelled = 1;

const ObjectType& by_name(const Catalogue& catalogue, std::string_view name) {
  for (const ObjectType& object : catalogue.objects()) {
    if (object.name == name) return object;
  }
  check_failed("an object type", name);
}

}  // namespace

std::optional<int> Associations::type_id_of(const json::object& spec) const {
  const json::value* given = spec.if_contains("associationTypeId");
  std::string text = given && (given->is_int64() || numbers_as_texts) ? scalar_text(*given) : "";
  bool whole = !text.empty() && text.size() < 8 && text.find_first_not_of("0123456789") == std::string::npos;
  return whole ? std::optional(std::stoi(text)) : std::nullopt;
}

Associations::Associations(const Catalogue& catalogue) : catalogue_(catalogue) {
  cover_all_types();
  auto object = [&](std::string_view name) -> const ObjectType& { return by_name(catalogue, name); };
  const ObjectType &contact = object("contacts"), &company = object("companies"), &ticket = object("tickets"), &deal = object("deals");
  pair(contact, company, 279, 280);
  label(contact, company, 1, 2, "Primary", true);
  pair(ticket, company, 339, 340);
  label(ticket, company, 26, 25, "Primary", true);
  pair(contact, ticket, 15, 16);
  pair(contact, contact, 449, 449);
  pair(company, company, 450, 450);
  label(company, company, 13, 14, "Parent Company", false);
  own(company, company, 13).name = "parent_to_child_company";
  own(company, company, 14).name = "child_to_parent_company";
  pair(ticket, ticket, 452, 452);
  pair(deal, company, 341, 342);
  label(deal, company, 5, 6, "Primary", true);
  pair(deal, contact, 3, 4);
  pair(deal, ticket, 27, 28);
  pair(deal, deal, 451, 451);
  pair(deal, object("line_items"), 19, 20);
  auto engagement = [&](std::string_view name, int to_contact, int to_company, int to_ticket, int to_deal, int back) {
    pair(object(name), contact, to_contact, to_contact + back);
    pair(object(name), company, to_company, to_company + back);
    pair(object(name), ticket, to_ticket, to_ticket + back);
    pair(object(name), deal, to_deal, to_deal + back);
  };
  engagement("notes", 202, 190, 228, 214, -1);
  engagement("calls", 194, 182, 220, 206, -1);
  engagement("emails", 198, 186, 224, 210, -1);
  engagement("meetings", 200, 188, 226, 212, -1);
  engagement("tasks", 204, 192, 230, 216, -1);
  engagement("communications", 81, 87, 83, 85, 1);
  pair(object("calls"), object("meetings"), 399, 400);
}

void Associations::cover_all_types() {
  std::size_t count = catalogue_.objects().size();
  types_.resize(count);
  for (auto& row : types_) row.resize(count);
}

void Associations::add_pair(const ObjectType& from, const ObjectType& to, const std::string& name, bool by_user) {
  int id = ++last_label_, inverse = &from == &to ? id : ++last_label_;
  pair(from, to, id, inverse);
  AssociationType& here = types_[from.index][to.index].back();
  here.user_defined = by_user;
  if (!name.empty()) here.name = name;
  types_[to.index][from.index].back().user_defined = by_user;
}

bool Associations::remove_pair(const ObjectType& from, const ObjectType& to) {
  for (RowNumber row = 0; row < from.table->row_count(); ++row) {
    if (!ties(from, row, to).empty()) return false;
  }
  types_[from.index][to.index].clear();
  types_[to.index][from.index].clear();
  return true;
}

void Associations::pair(const ObjectType& from, const ObjectType& to, int id, int inverse) {
  auto word = [](const ObjectType& type) { return type.name == "meetings" ? "meeting_event" : type.singular; };
  auto name = [&](const ObjectType& a, const ObjectType& b) { return word(a) + "_to_" + word(b); };
  types_[from.index][to.index].push_back({id, inverse, "", name(from, to)});
  if (id != inverse) types_[to.index][from.index].push_back({inverse, id, "", name(to, from)});
}

void Associations::label(const ObjectType& from, const ObjectType& to, int id, int inverse, const std::string& text, bool primary) {
  auto add = [&](const ObjectType& a, const ObjectType& b, int own, int other, const std::string& label_text) {
    std::vector<AssociationType>& types = types_[a.index][b.index];
    std::string name = types.front().name;
    if (primary) types.front().name += "_unlabeled";
    types.push_back({own, other, label_text, std::move(name), primary});
  };
  add(from, to, id, inverse, text);
  add(to, from, inverse, id, primary ? text : "Child Company");
}

const std::vector<AssociationType>& Associations::types(const ObjectType& from, const ObjectType& to) const { return types_[from.index][to.index]; }

const AssociationType* Associations::find_type(const ObjectType& from, const ObjectType& to, int id) const {
  for (const AssociationType& type : types(from, to)) {
    if (type.id == id && !type.removed) return &type;
  }
  return nullptr;
}

const AssociationType* Associations::find_type(const ObjectType& from, const ObjectType& to, std::string_view id_or_name) const {
  for (const AssociationType& type : types(from, to)) {
    if (!type.removed && (type.name == id_or_name || std::to_string(type.id) == id_or_name)) return &type;
  }
  return nullptr;
}

AssociationType& Associations::own(const ObjectType& from, const ObjectType& to, int id) {
  for (AssociationType& type : types_[from.index][to.index]) {
    if (type.id == id) return type;
  }
  check_failed("an association type", std::to_string(id));
}

Associations::Key Associations::key(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row) {
  return {std::uint64_t{from.index} << 40 | std::uint64_t{from_row} << 8 | to.index, to_row};
}

Associations::Mask Associations::mask(const Key& key) const {
  auto known = masks_.find(key);
  return known == masks_.end() ? Mask{0} : known->second;
}

std::vector<Associations::Tie> Associations::ties(const ObjectType& from, RowNumber row, const ObjectType& to) const {
  std::vector<Tie> found;
  Key first = key(from, row, to, 0);
  const std::vector<AssociationType>& known = types(from, to);
  for (auto at = masks_.lower_bound(first); at != masks_.end() && at->first.first == first.first; ++at) {
    Tie tie;
    tie.to = at->first.second;
    for (std::size_t i = known.size(); i-- > 0;) {
      if ((at->second >> i & 1) && !known[i].removed) tie.types.push_back(&known[i]);
    }
    found.push_back(std::move(tie));
  }
  return found;
}

RowNumber Associations::labelled(const ObjectType& from, RowNumber row, const ObjectType& to, int type_id) const {
  for (const Tie& tie : ties(from, row, to)) {
    for (const AssociationType* type : tie.types) {
      if (type->id == type_id) return tie.to;
    }
  }
  return kNoRow;
}

RowNumber Associations::primary(const ObjectType& from, RowNumber row, const ObjectType& to) const {
  for (const Tie& tie : ties(from, row, to)) {
    if (tie.types.front()->primary) return tie.to;
  }
  return kNoRow;
}

void Associations::set(const Key& key, Mask next) {
  undo_.push_back({key, mask(key)});
  if (next == 0) {
    masks_.erase(key);
  } else {
    masks_[key] = next;
  }
}

Associations::Mask Associations::inverse(const ObjectType& from, const ObjectType& to, Mask given) const {
  const std::vector<AssociationType>&own = types(from, to), &other = types(to, from);
  Mask turned = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (!(given >> i & 1)) continue;
    for (std::size_t j = 0; j < other.size(); ++j) {
      if (other[j].id == own[i].inverse) turned = static_cast<Mask>(turned | 1u << j);
    }
  }
  return turned;
}

void Associations::change(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row, Mask next, std::vector<TieChange>& changes) {
  Key here = key(from, from_row, to, to_row);
  Mask before = mask(here);
  if (before == next) return;
  set(here, next);
  Key there = key(to, to_row, from, from_row);
  if (there != here) set(there, inverse(from, to, next));
  const std::vector<AssociationType>& known = types(from, to);
  for (std::size_t i = 0; i < known.size(); ++i) {
    bool was = before >> i & 1, is = next >> i & 1;
    if (was != is) changes.push_back({&from, from_row, &to, to_row, &known[i], was});
  }
}

void Associations::add(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row, const AssociationType& type,
                       std::vector<TieChange>& changes) {
  if (&from == &to && from_row == to_row) return;  // nothing belongs to itself
  const std::vector<AssociationType>& known = types(from, to);
  std::size_t bit = static_cast<std::size_t>(&type - known.data());
  // a contact, ticket or deal has one primary company; a company is primary for many
  bool company_is_target = to.name == "companies";
  const ObjectType &one = company_is_target ? from : to, &company = company_is_target ? to : from;
  RowNumber one_row = company_is_target ? from_row : to_row, wanted = company_is_target ? to_row : from_row;
  bool may_be_primary = known.size() > 1 && known[1].primary;
  RowNumber held = may_be_primary ? primary(one, one_row, company) : kNoRow;
  if (first_is_primary && may_be_primary && bit == 0 && held == kNoRow) bit = 1;
  if (type.primary) {
    if (held != kNoRow && held != wanted) change(one, one_row, company, held, kUnlabelled, changes);
  }
  Mask before = mask(key(from, from_row, to, to_row));
  change(from, from_row, to, to_row, static_cast<Mask>(before | kUnlabelled | 1u << bit), changes);
}

void Associations::remove(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row, const AssociationType& type,
                          std::vector<TieChange>& changes) {
  std::size_t bit = static_cast<std::size_t>(&type - types(from, to).data());
  Mask before = mask(key(from, from_row, to, to_row));
  Mask next = bit == 0 ? Mask{0} : static_cast<Mask>(before & ~(1u << bit));
  change(from, from_row, to, to_row, next, changes);
}

void Associations::move(const ObjectType& type, RowNumber loser, RowNumber winner, std::vector<TieChange>& changes) {
  for (const ObjectType& other : catalogue_.objects()) {
    for (const Tie& tie : ties(type, loser, other)) {
      Mask held = mask(key(type, loser, other, tie.to));
      change(type, loser, other, tie.to, 0, changes);
      if (&other == &type && tie.to == winner) continue;
      bool has_primary = primary(type, winner, other) != kNoRow;
      for (const AssociationType* each : tie.types) {
        if (each->primary && has_primary && other.name == "companies") held = static_cast<Mask>(held & kUnlabelled);
      }
      Mask present = mask(key(type, winner, other, tie.to));
      change(type, winner, other, tie.to, static_cast<Mask>(present | held), changes);
    }
  }
}

void Associations::drop(const ObjectType& type, RowNumber row, std::vector<TieChange>& changes) {
  for (const ObjectType& other : catalogue_.objects()) {
    for (const Tie& tie : ties(type, row, other)) change(type, row, other, tie.to, 0, changes);
  }
}

void Associations::roll_back(std::size_t mark) {
  while (undo_.size() > mark) {
    auto [key, previous] = undo_.back();
    undo_.pop_back();
    if (previous == 0) {
      masks_.erase(key);
    } else {
      masks_[key] = previous;
    }
  }
}

}  // namespace lockstep::emulators::hubspot
