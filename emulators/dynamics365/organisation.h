#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "emulators/dynamics365/delta_tokens.h"
#include "emulators/dynamics365/duplicates.h"
#include "emulators/dynamics365/file_store.h"
#include "emulators/dynamics365/metadata_changes.h"
#include "emulators/dynamics365/protection.h"
#include "emulators/dynamics365/records.h"
#include "emulators/dynamics365/resource.h"

namespace lockstep::emulators::dynamics365 {

inline constexpr std::string_view kApiRoot = "/api/data/";
inline constexpr std::string_view kApiPath = "/api/data/v9.2";

/// A privilege that somebody lacks: "Create", "Read", "GlobalRead", "Write", "Delete", "Assign" … on a table.
struct Denial {
  std::string table, verb;
  std::string user;  // by name; empty: whoever it is
  auto operator<=>(const Denial&) const = default;
};

/// Everything of one organisation but its door: rows, rules, users, steps, tokens.
struct Organisation {
  Organisation(Database& database_, OrganisationNames names_, Rng rng);
  Organisation(const Organisation&) = delete;
  Organisation& operator=(const Organisation&) = delete;

  Database& database;
  OrganisationNames names;
  Metadata metadata;
  Users users;
  Webhooks webhooks;
  Records records;
  DeltaTokens delta_tokens;
  ServiceProtection protection;
  DuplicateRules duplicate_rules;
  FileStore files;
  MetadataSnapshots metadata_snapshots;
  std::set<Denial> denied;
  std::int64_t page_rows = 5'000;  // of a page at most, whatever size was asked for
  Rng request_ids;
  std::map<std::string, std::string> content_ids;                  // of the change set at work: "$1" to a row's path
  std::string written;                                             // path of the row that the request at work made or changed
  std::map<std::string, std::pair<WallTime, std::size_t>> counts;  // of rows by table, as RetrieveTotalRecordCount last took them
  std::int64_t work_ms = 0;                                        // execution time of the request at work, for the limit

  /// The living row that `resource` addresses, or kNoRow.
  RowNumber find(const Resource& resource) const;
  /// What a read of a row that is not there answers.
  ApiError missing(const Resource& resource) const;
  bool lacks(std::string_view table, std::string_view verb, const Actor& user) const;
  Outcome<void> check_privilege(const TableSpec& table, std::string_view verb, const Actor& user) const;
  /// Another stream of random numbers for all that is made from here on, or what there was before.
  struct Streams {
    Rng requests, records, webhooks;
  };
  Streams streams(std::string_view name) const;
  Streams exchange(const Streams& next);
  /// Webhook steps follow the rows that register them; called after each request.
  void take_registered_steps();

 private:
  Rng base_;  // never drawn from
  /// The messages there are, and for which tables.
  void add_messages(const WriteContext& context);
  std::vector<StepImage> images_of(std::string_view step) const;
  std::array<std::uint64_t, 3> registered_at_{};  // versions of the registering tables when last looked at
  std::vector<std::string> registered_;           // ids of steps that are rows
  /// A view that everyone has: the rows that are active.
  void add_view(const TableSpec& table, const WriteContext& context);
};

/// Finds rows that bodies name, within one origin.
class UrlResolver : public ReferenceResolver {
 public:
  UrlResolver(const Organisation& organisation, std::string_view base_url) : organisation_(organisation), base_url_(base_url) {}
  Outcome<RowReference> resolve(std::string_view reference) const override;

 private:
  const Organisation& organisation_;
  std::string base_url_;
};

/// "https://host/api/data/v9.2/contacts" to "contacts"; also from "/contacts" and "contacts".
std::string_view relative_path(std::string_view url, std::string_view base_url);

}  // namespace lockstep::emulators::dynamics365
