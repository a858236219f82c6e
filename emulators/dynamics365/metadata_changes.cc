// RetrieveMetadataChanges: one query over tables, columns, keys and relationships; and of these what changed since an earlier one.
#include "emulators/dynamics365/metadata_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "base/text.h"
#include "emulators/dynamics365/api_call.h"
#include "emulators/dynamics365/definition_rows.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::size_t kSnapshots = 32;  // of these, older ones count as expired
constexpr Duration kSnapshotLife{90LL * 24 * 3'600'000};
constexpr std::string_view kAlways[] = {"MetadataId", "LogicalName", "HasChanged", "@odata.type"};

/// Which query speaks of which members of a table's definition.
constexpr std::pair<std::string_view, std::string_view> kParts[] = {{"Attributes", "AttributeQuery"},
                                                                    {"Keys", "KeyQuery"},
                                                                    {"OneToManyRelationships", "RelationshipQuery"},
                                                                    {"ManyToOneRelationships", "RelationshipQuery"},
                                                                    {"ManyToManyRelationships", "RelationshipQuery"}};

tl::unexpected<ApiError> bad_query(std::string message) { return refuse(400, code::kInvalidArgument, std::move(message)); }

tl::unexpected<ApiError> not_served(std::string_view what) { return refuse(501, code::kNotImplemented, fmt::format("{} is beyond this stand-in.", what)); }

std::string_view key_of(const json::key_value_pair& member) { return {member.key().data(), member.key().size()}; }

bool is_part(std::string_view name) {
  return std::any_of(std::begin(kParts), std::end(kParts), [&](const auto& each) { return each.first == name; });
}

const json::object* object_in(const json::object& of, std::string_view name) {
  const json::value* held = of.if_contains(json::string_view(name.data(), name.size()));
  return held ? held->if_object() : nullptr;
}

const json::array& array_in(const json::object& of, std::string_view name) {
  static const json::array none;
  const json::value* held = of.if_contains(json::string_view(name.data(), name.size()));
  return held && held->is_array() ? held->get_array() : none;
}

/// The .NET type that a condition on this property has to name.
std::string_view type_of(std::string_view property, const json::value& held) {
  static constexpr std::pair<std::string_view, std::string_view> kNamed[] = {{"MetadataId", "System.Guid"},
                                                                             {"AttributeType", "Microsoft.Xrm.Sdk.Metadata.AttributeTypeCode"},
                                                                             {"AttributeTypeName", "Microsoft.Xrm.Sdk.Metadata.AttributeTypeDisplayName"},
                                                                             {"RequiredLevel", "Microsoft.Xrm.Sdk.Metadata.AttributeRequiredLevel"},
                                                                             {"OwnershipType", "Microsoft.Xrm.Sdk.Metadata.OwnershipTypes"},
                                                                             {"RelationshipType", "Microsoft.Xrm.Sdk.Metadata.RelationshipType"}};
  for (const auto& [name, type] : kNamed) {
    if (name == property) return type;
  }
  return held.is_bool() ? "System.Boolean" : held.is_number() ? "System.Int32" : "System.String";
}

/// "['a','b']"
Outcome<std::vector<std::string>> list_of(std::string_view text) {
  std::vector<std::string> list;
  text = trim(text);
  if (!text.starts_with('[') || !text.ends_with(']')) return bad_query("The Value of In and NotIn is a list as text: ['a','b'].");
  for (std::string_view each : split(text.substr(1, text.size() - 2), ',')) {
    each = trim(each);
    bool quoted = each.size() >= 2 && each.front() == each.back() && (each.front() == '\'' || each.front() == '"');
    if (!quoted) return bad_query("The Value of In and NotIn is a list as text: ['a','b'].");
    list.emplace_back(each.substr(1, each.size() - 2));
  }
  return list;
}

Outcome<bool> condition_fits(const json::object& definition, const json::object& condition) {
  std::string_view property = text_member(condition, "PropertyName"), with = text_member(condition, "ConditionOperator");
  const json::value* held = definition.if_contains(json::string_view(property.data(), property.size()));
  if (!held || property == "SourceType" || property.starts_with('@')) return bad_query(fmt::format("No condition is set on '{}'.", property));
  if (const json::object* managed = held->if_object()) held = managed->if_contains("Value");
  if (!held || held->is_structured()) return bad_query(fmt::format("No condition is set on '{}': it is a collection or a label.", property));
  const json::object* value = object_in(condition, "Value");
  const json::value* text = value ? value->if_contains("Value") : nullptr;
  if (!text || !text->is_string()) return bad_query(fmt::format("The Value of the condition on '{}' has a Type and a Value, which are texts.", property));
  std::string_view type = text_member(*value, "Type"), wanted = text_member(*value, "Value");
  bool listed = with == "In" || with == "NotIn";
  std::string_view needed = listed ? "System.String[]" : type_of(property, *held);
  if (type != needed) return bad_query(fmt::format("A condition on '{}' compares values of the type '{}', not '{}'.", property, needed, type));
  std::string is = scalar_text(*held);
  if (listed) {
    TRY(std::vector<std::string> list, list_of(wanted));
    return (std::find(list.begin(), list.end(), is) != list.end()) == (with == "In");
  }
  bool equal = held->is_bool() ? equal_no_case(is, wanted) : is == wanted;
  if (with == "Equals") return equal;
  if (with == "NotEquals") return !equal;
  if (with != "GreaterThan" && with != "LessThan") return bad_query(fmt::format("'{}' is no ConditionOperator.", with));
  std::int64_t number = 0;
  bool whole = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number).ec == std::errc();
  if (!held->is_int64() || !whole) return bad_query(fmt::format("'{}' compares numbers.", with));
  return with == "LessThan" ? held->get_int64() < number : held->get_int64() > number;
}

/// A MetadataFilterExpression.
Outcome<bool> fits(const json::object& definition, const json::object& filter, int depth = 0) {
  std::string_view with = text_member(filter, "FilterOperator");
  if (depth > 50 || (!with.empty() && with != "And" && with != "Or")) return bad_query("FilterOperator is And or Or.");
  bool any = with == "Or", empty = true, found = !any;
  for (std::string_view list : {"Conditions", "Filters"}) {
    for (const json::value& each : array_in(filter, list)) {
      if (!each.is_object()) return bad_query(fmt::format("{} are objects.", list));
      Outcome<bool> one = list == "Filters" ? fits(definition, each.get_object(), depth + 1) : condition_fits(definition, each.get_object());
      if (!one) return one;
      found = any ? found || *one : found && *one;
      empty = false;
    }
  }
  return empty || found;
}

/// What is asked of definitions of one kind; null: everything.
struct Wanted {
  const json::object* query = nullptr;

  Outcome<bool> chooses(const json::object& definition) const {
    const json::object* criteria = query ? object_in(*query, "Criteria") : nullptr;
    if (!criteria) return true;
    return fits(definition, *criteria);
  }
  bool has(std::string_view property) const {
    if (!query || std::find(std::begin(kAlways), std::end(kAlways), property) != std::end(kAlways)) return true;
    const json::object* properties = object_in(*query, "Properties");
    if (!properties) return false;
    const json::value* all = properties->if_contains("AllProperties");
    if (all && (all->is_bool() ? all->get_bool() : equal_no_case(scalar_text(*all), "true"))) return true;
    const json::array& names = array_in(*properties, "PropertyNames");
    return std::any_of(names.begin(), names.end(), [&](const json::value& each) { return scalar_text(each) == property; });
  }
  /// A property that no definition has would come back null for ever.
  Outcome<void> check_names(const std::vector<const json::object*>& definitions) const {
    const json::object* properties = query ? object_in(*query, "Properties") : nullptr;
    for (const json::value& each : properties ? array_in(*properties, "PropertyNames") : json::array()) {
      std::string name = scalar_text(each);
      bool known = std::any_of(definitions.begin(), definitions.end(), [&](const json::object* one) { return one->contains(name); });
      if (!known && name != "HasChanged") return not_served(fmt::format("The property '{}'", name));
    }
    return {};
  }
  /// Each of its properties, null unless asked for; links are left out.
  json::object shown(const json::object& definition, json::value changed) const {
    json::object row;
    for (const json::key_value_pair& member : definition) {
      if (!is_part(key_of(member))) row[member.key()] = has(key_of(member)) ? member.value() : json::value(nullptr);
    }
    constexpr std::string_view kPrefix = "#Microsoft.Dynamics.CRM.";
    if (std::string type(text_member(definition, "@odata.type")); type.starts_with(kPrefix)) row["@odata.type"] = type.insert(kPrefix.size(), "Complex");
    row["HasChanged"] = std::move(changed);
    return row;
  }
};

/// The definition by itself, without the others that hang on it.
std::size_t digest(const json::object& definition) {
  json::object bare;
  for (const json::key_value_pair& member : definition) {
    if (!is_part(key_of(member))) bare[member.key()] = member.value();
  }
  return std::hash<std::string>()(json::serialize(bare));
}

std::string_view category_of(std::string_view part) { return part == "Attributes" ? "Attribute" : part == "Keys" ? "" : "Relationship"; }

MetadataSnapshots::Snapshot snapshot_of(const Metadata& metadata, const json::array& tables, WallTime now) {
  MetadataSnapshots::Snapshot snapshot{now, {}};
  auto note = [&](const json::object& definition, std::string_view category) {
    snapshot.definitions[scalar_text(definition.at("MetadataId"))] = {digest(definition), category};
  };
  for (const json::value& each : tables) {
    note(each.get_object(), "Default");
    for (const auto& [part, query] : kParts) {
      for (const json::value& one : array_in(each.get_object(), part)) {
        note(one.get_object(), category_of(part));
        if (const json::object* options = object_in(one.get_object(), "OptionSet")) note(*options, "OptionSet");
      }
    }
  }
  for (const GlobalChoice& each : metadata.choices()) note(choice_definition(each), "OptionSet");
  return snapshot;
}

/// "Microsoft.Dynamics.CRM.DeletedMetadataFilters'Attribute,Relationship'"
Outcome<std::set<std::string_view>> deleted_categories(std::string_view filters) {
  static constexpr std::string_view kType = "Microsoft.Dynamics.CRM.DeletedMetadataFilters'",
                                    kCategories[] = {"Default", "Attribute", "Relationship", "Label", "OptionSet"};
  if (filters.empty() || filters == "null") return std::set<std::string_view>();
  if (!filters.starts_with(kType) || !filters.ends_with('\'') || filters.size() == kType.size())
    return bad_query("DeletedMetadataFilters is of the type Microsoft.Dynamics.CRM.DeletedMetadataFilters.");
  std::set<std::string_view> wanted;
  for (std::string_view each : split(filters.substr(kType.size(), filters.size() - kType.size() - 1), ',')) {
    auto known = std::find(std::begin(kCategories), std::end(kCategories), trim(each));
    if (trim(each) == "All") wanted.insert(std::begin(kCategories), std::end(kCategories));
    else if (known != std::end(kCategories)) wanted.insert(*known);
    else return bad_query(fmt::format("'{}' is none of DeletedMetadataFilters.", each));
  }
  return wanted;
}

/// The ids of what is gone since, by the categories that were asked for.
json::object deleted_metadata(const MetadataSnapshots::Snapshot* since, const MetadataSnapshots::Snapshot& now, const std::set<std::string_view>& wanted,
                              bool flat) {
  std::map<std::string_view, json::array> gone;
  static const MetadataSnapshots::Snapshot kNone;
  for (const auto& [id, held] : (since ? *since : kNone).definitions) {
    if (!now.definitions.contains(id) && wanted.contains(held.category)) gone[held.category].push_back(json::value(id));
  }
  json::array keys, values;
  auto add = [&](std::string_view category, json::value held) {
    keys.push_back(json::string(category));
    values.push_back(std::move(held));
  };
  for (auto& [category, ids] : gone) {
    if (!flat) add(category, json::object{{"Items", std::move(ids)}});
    else
      for (const json::value& id : ids) add(category, id);
  }
  return json::object{{"Count", keys.size()}, {"IsReadOnly", false}, {"Keys", keys}, {"Values", values}};
}

/// The snapshot that "1003!11/18/2026 11:06:40" in quotes names.
Outcome<const MetadataSnapshots::Snapshot*> earlier(const ApiCall& api, std::string_view stamp) {
  const MetadataSnapshots& snapshots = api.organisation.metadata_snapshots;
  if (stamp.size() < 2 || stamp.front() != '\'' || stamp.back() != '\'') return bad_query("ClientVersionStamp is a text.");
  stamp = stamp.substr(1, stamp.size() - 2);
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(stamp.data(), stamp.data() + stamp.size(), number);
  bool formed = error == std::errc() && end != stamp.data() + stamp.size() && *end == '!';
  if (!formed || number == 0 || number > snapshots.last) return bad_query(fmt::format("The ClientVersionStamp '{}' is not valid.", stamp));
  auto known = snapshots.taken.find(number);
  if (known == snapshots.taken.end() || api.call.now - known->second.at > kSnapshotLife)
    return refuse(static_cast<int>(api.organisation.metadata.quirks().expired_token_status), code::kExpiredVersionStamp,
                  "Version stamp associated with the client has expired. Please perform a full sync.");
  return &known->second;
}

/// Labels are in one language here.
Outcome<void> check_languages(const json::object& query) {
  const json::object* labels = object_in(query, "LabelQuery");
  if (!labels || array_in(*labels, "FilterLanguages").empty()) return {};
  const json::array& languages = array_in(*labels, "FilterLanguages");
  bool english = std::any_of(languages.begin(), languages.end(), [](const json::value& each) { return scalar_text(each) == "1033"; });
  return english ? Outcome<void>() : not_served("A label in another language than 1033");
}

class Changes {
 public:
  Changes(const json::object* query, const MetadataSnapshots::Snapshot* since) : wanted_{query}, since_(since) {}

  Outcome<json::array> of(const json::array& tables) const {
    if (wanted_.query) TRY_VOID(check_parts(tables));
    json::array rows;
    for (const json::value& each : tables) {
      const json::object& table = each.get_object();
      TRY(bool chosen, wanted_.chooses(table));
      if (!chosen) continue;
      bool itself = changed(table), within = false;
      json::object row = wanted_.shown(table, since_ ? json::value(itself) : json::value(nullptr));
      for (const auto& [part, query] : kParts) {
        TRY(json::array parts, parts_of(table, part, query));
        within = within || !parts.empty();
        row[json::string_view(part.data(), part.size())] = std::move(parts);
      }
      if (!since_ || itself || within) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool changed(const json::object& definition) const {
    if (!since_) return true;
    auto was = since_->definitions.find(scalar_text(definition.at("MetadataId")));
    return was == since_->definitions.end() || was->second.digest != digest(definition);
  }

  /// A query of what hangs on tables is for who asks for that.
  Outcome<void> check_parts(const json::array& tables) const {
    std::vector<const json::object*> whole;
    for (const json::value& each : tables) whole.push_back(&each.get_object());
    TRY_VOID(wanted_.check_names(whole));
    for (std::string_view query : {"AttributeQuery", "KeyQuery", "RelationshipQuery"}) {
      bool asked = false;
      std::vector<const json::object*> parts;
      for (const auto& [part, by] : kParts) {
        if (by != query || !wanted_.has(part)) continue;
        asked = true;
        for (const json::object* table : whole) {
          for (const json::value& each : array_in(*table, part)) parts.push_back(&each.get_object());
        }
      }
      const json::object* sent = object_in(*wanted_.query, query);
      if (sent && !asked) return bad_query(fmt::format("With {} its definitions must be among the Properties.", query));
      if (sent) TRY_VOID(Wanted{sent}.check_names(parts));
    }
    return check_languages(*wanted_.query);
  }

  Outcome<json::array> parts_of(const json::object& table, std::string_view part, std::string_view query) const {
    json::array rows;
    if (!wanted_.has(part)) return rows;
    Wanted wanted{wanted_.query ? object_in(*wanted_.query, query) : nullptr};
    for (const json::value& each : array_in(table, part)) {
      const json::object& definition = each.get_object();
      TRY(bool chosen, wanted.chooses(definition));
      if (chosen && changed(definition)) rows.push_back(wanted.shown(definition, since_ ? json::value(true) : json::value(nullptr)));
    }
    return rows;
  }

  Wanted wanted_;
  const MetadataSnapshots::Snapshot* since_;
};

}  // namespace

Outcome<http::Response> metadata_changes(ApiCall& api, std::string_view segment) {
  api.organisation.work_ms += 100;
  auto parameters = parameters_of(api, segment);
  for (const auto& [name, value] : parameters) {
    if (name == "AppModuleId" || name == "RetrieveAllSettings") return not_served(name);
    if (name != "Query" && name != "ClientVersionStamp" && name != "DeletedMetadataFilters")
      return bad_query(fmt::format("No parameter is called '{}'.", name));
  }
  JsonDocument document;
  const std::string& sent = parameters["Query"];
  bool asked = !sent.empty() && sent != "null";
  if (asked && (!document.parse(sent) || !document.root().is_object())) return bad_query("Required parameter 'Query' is missing or not valid.");
  const MetadataSnapshots::Snapshot* since = nullptr;
  const std::string& stamp = parameters["ClientVersionStamp"];
  if (!stamp.empty() && stamp != "null") {
    TRY(since, earlier(api, stamp));
  }
  json::array tables;
  for (const TableSpec& table : api.organisation.metadata.tables()) tables.push_back(entity_definition(api.organisation.metadata, table));
  TRY(std::set<std::string_view> wanted, deleted_categories(parameters["DeletedMetadataFilters"]));
  MetadataSnapshots::Snapshot now = snapshot_of(api.organisation.metadata, tables, api.call.now);
  json::object deleted = deleted_metadata(since, now, wanted, api.organisation.metadata.quirks().deleted_ids_flat);
  TRY(json::array rows, Changes(asked ? &document.root().get_object() : nullptr, since).of(tables));
  MetadataSnapshots& snapshots = api.organisation.metadata_snapshots;
  snapshots.taken.emplace(++snapshots.last, std::move(now));
  if (snapshots.taken.size() > kSnapshots) snapshots.taken.erase(snapshots.taken.begin());
  json::object body{{"@odata.context", api.base + "/$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse"},
                    {"ServerVersionStamp", fmt::format("{}!{}", snapshots.last, token_time(api.call.now))},
                    {"DeletedMetadata", std::move(deleted)},
                    {"EntityMetadata", std::move(rows)}};
  return api_json(200, json::serialize(body));
}

}  // namespace lockstep::emulators::dynamics365
