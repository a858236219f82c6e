#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emulators/core/json.h"
#include "emulators/dynamics365/errors.h"
#include "emulators/dynamics365/metadata.h"

namespace lockstep::emulators::dynamics365 {

struct Change {
  const Column* column = nullptr;
  Value value;
  std::string target;  // of a lookup: the table `value` is in; of a null: the table whose link is cleared, or empty
};

/// A participant of an activity: a row (`target`, `id`) or a bare address.
struct Party {
  std::string target;
  std::string id;
  std::string address;
  std::int64_t mask = 0;
};

struct Nested;

/// What a request wants written, checked column by column.
struct Payload {
  std::optional<std::string> id;  // primary key, when the body names it
  std::vector<Change> changes;    // in the order sent
  std::optional<std::vector<Party>> parties;
  std::vector<Nested> nested;  // rows that are created with this one

  const Change* find(const Column& column) const;
};

/// A row of a deep insert: what `column` of the outer row points to, one of those whose `column` points to it, or one that `many` ties to it; or a row that is
/// there already (`bound`) of the last two kinds.
struct Nested {
  const Column* column = nullptr;
  const TableSpec* table = nullptr;
  bool points_here = false;
  const Collection* many = nullptr;  // many to many: there is no column
  Payload payload;
  RowNumber bound = kNoRow;
};

struct RowReference {
  const TableSpec* table = nullptr;
  RowNumber row = kNoRow;
};

/// Finds the row that a body names: "/contacts(G)", "contacts(G)", an absolute URL, an alternate key, "$1".
class ReferenceResolver {
 public:
  virtual ~ReferenceResolver() = default;
  virtual Outcome<RowReference> resolve(std::string_view reference) const = 0;
};

/// Whose words are read. The API's bodies are read strictly; fixtures may set lookups by id, system times and
/// any state, and may come as text.
enum class Door { api, fixture, fixture_text };

/// On create a key's value in the body wins over the one in the URL; on update those in the body are dropped.
void add_missing_key(Payload& payload, const AlternateKey& key, const std::vector<Value>& values);
void drop_key(Payload& payload, const AlternateKey& key);

Outcome<Payload> read_payload(const Metadata& metadata, const TableSpec& table, const json::object& body, const ReferenceResolver& resolver, Door door,
                              bool creating);
/// The value of `email_activity_parties` and its like.
Outcome<std::vector<Party>> read_parties(const Metadata& metadata, const json::value& sent, const ReferenceResolver& resolver);

}  // namespace lockstep::emulators::dynamics365
