#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/core/json.h"
#include "emulators/hubspot/properties.h"

namespace lockstep::emulators::hubspot {

/// One way two records can belong together, in one direction (§2.12).
struct AssociationType {
  int id = 0;
  int inverse = 0;    // the id of the same tie seen from the other side
  std::string label;  // empty: unlabelled, which every pair has
  std::string name;   // "contact_to_company", in associations inside of records
  bool primary = false;
  bool user_defined = false;  // by the account: a label, or whatever ties a type of its own
  bool removed = false;       // its place in the list stays taken
  std::int64_t most = 0;      // records that one may be tied to in this way, by the account's rule; 0: no rule

  bool own_label() const { return user_defined && !label.empty(); }
  std::string_view category() const { return user_defined ? "USER_DEFINED" : "HUBSPOT_DEFINED"; }
};

inline constexpr int kParentOfCompany = 14;  // from a company to its parent

inline constexpr std::size_t kMaxOwnLabels = 10;  // of a pair, in one direction; removed ones keep their place

/// A change of one tie, as it was written.
struct TieChange {
  const ObjectType* from_type = nullptr;
  RowNumber from = kNoRow;
  const ObjectType* to_type = nullptr;
  RowNumber to = kNoRow;
  const AssociationType* type = nullptr;
  bool removed = false;
};

/// Who belongs to whom. Both directions are kept, two small nodes for a tie, so that a record's own are read
/// in one walk. Ties of deleted records stay: whoever reads leaves them out, and a restored record has them
/// back.
class Associations {
 public:
  explicit Associations(const Catalogue& catalogue);
  bool numbers_as_texts = false;  // "279" in a body is as good as 279
  bool first_is_primary = false;  // whether the first company of a record is its primary one, however it was tied
  /// What a call names as associationTypeId; nothing where that is no number.
  std::optional<int> type_id_of(const json::object& spec) const;

  /// Unlabelled first; empty when these types are never tied.
  const std::vector<AssociationType>& types(const ObjectType& from, const ObjectType& to) const;
  const AssociationType* find_type(const ObjectType& from, const ObjectType& to, int id) const;
  /// Whether one of the companies that `from` belongs to is its primary one.
  bool has_primary(const ObjectType& from, const ObjectType& to) const {
    return to.name == "companies" && types(from, to).size() > 1 && types(from, to)[1].primary;
  }
  /// By id, or by the name that version 3 uses.
  const AssociationType* find_type(const ObjectType& from, const ObjectType& to, std::string_view id_or_name) const;

  // Types of an account's own:
  /// Makes room for types that were defined since.
  void cover_all_types();
  /// Lets these be tied; `name`: as version 3 calls it, empty for the usual one. `by_user`: the account said so, not HubSpot.
  void add_pair(const ObjectType& from, const ObjectType& to, const std::string& name, bool by_user);
  /// False: there are ties, and nothing was removed.
  bool remove_pair(const ObjectType& from, const ObjectType& to);

  // association_labels.cc
  /// A label of the account's own, and what the other side calls it (empty: the same). Null when the pair has as many
  /// as there may be.
  const AssociationType* add_label(const ObjectType& from, const ObjectType& to, const std::string& name, const std::string& label,
                                   const std::string& inverse_label);
  /// Precondition: user-defined. Empty texts leave what there is.
  void rename_label(const ObjectType& from, const ObjectType& to, const AssociationType& type, const std::string& label, const std::string& inverse_label);
  /// Whether any two records bear it.
  bool in_use(const ObjectType& from, const ObjectType& to, const AssociationType& type) const;
  void remove_label(const ObjectType& from, const ObjectType& to, const AssociationType& type);
  /// 0 takes the rule away.
  void set_most(const ObjectType& from, const ObjectType& to, const AssociationType& type, std::int64_t most);
  /// Whether one more tie would break a rule of set_most.
  bool full(const ObjectType& from, RowNumber row, const ObjectType& to, RowNumber to_row, const AssociationType& type) const;

  struct Tie {
    RowNumber to = kNoRow;
    std::vector<const AssociationType*> types;  // primary and other labels before the unlabelled one
  };
  /// Ascending by row.
  std::vector<Tie> ties(const ObjectType& from, RowNumber row, const ObjectType& to) const;
  /// The record at the other end of a tie of this type, or kNoRow.
  RowNumber labelled(const ObjectType& from, RowNumber row, const ObjectType& to, int type_id) const;
  /// The record at the other end of the primary tie, or kNoRow.
  RowNumber primary(const ObjectType& from, RowNumber row, const ObjectType& to) const;

  /// Ties, and labels with `type`. A primary tie takes the label from the one that had it. What changed is
  /// appended.
  void add(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row, const AssociationType& type, std::vector<TieChange>& changes);
  /// Takes the label away; the unlabelled type takes all of the tie.
  void remove(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row, const AssociationType& type, std::vector<TieChange>& changes);
  /// Moves all ties of `loser` to `winner`, except those between the two; where both have a primary one, the
  /// winner's stays.
  void move(const ObjectType& type, RowNumber loser, RowNumber winner, std::vector<TieChange>& changes);
  void drop(const ObjectType& type, RowNumber row, std::vector<TieChange>& changes);

  std::size_t mark() const { return undo_.size(); }
  void roll_back(std::size_t mark);
  void forget_undo() { undo_.clear(); }

 private:
  using Key = std::pair<std::uint64_t, RowNumber>;  // from type, from row, to type; to row
  using Mask = std::uint16_t;                       // bit i: types(from, to)[i]
  struct Undo {
    Key key;
    Mask previous;
  };
  static Key key(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row);
  Mask mask(const Key& key) const;
  void set(const Key& key, Mask mask);
  Mask inverse(const ObjectType& from, const ObjectType& to, Mask mask) const;
  void change(const ObjectType& from, RowNumber from_row, const ObjectType& to, RowNumber to_row, Mask next, std::vector<TieChange>& changes);
  void pair(const ObjectType& from, const ObjectType& to, int id, int inverse);
  void label(const ObjectType& from, const ObjectType& to, int id, int inverse, const std::string& text, bool primary);

  AssociationType& own(const ObjectType& from, const ObjectType& to, int id);

  std::vector<std::vector<std::vector<AssociationType>>> types_;  // by index of from and to
  int last_label_ = 1'000;
  const Catalogue& catalogue_;
  std::map<Key, Mask> masks_;
  std::vector<Undo> undo_;
};

}  // namespace lockstep::emulators::hubspot
