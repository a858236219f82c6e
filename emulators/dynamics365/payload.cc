#include "emulators/dynamics365/payload.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "emulators/dynamics365/convert.h"
#include "emulators/dynamics365/guid.h"

namespace lockstep::emulators::dynamics365 {
namespace {

constexpr std::string_view kBind = "@odata.bind";
constexpr std::string_view kTypePrefix = "Microsoft.Dynamics.CRM.";

ApiError undeclared(std::string_view set, std::string_view navigation) {
  return payload_unreadable(set, fmt::format("Microsoft.OData.ODataException: An undeclared property '{}' which only has property annotations "
                                             "in the payload but no property value was found in the payload. In OData, only declared "
                                             "navigation properties and declared named streams can be represented as properties without "
                                             "values.",
                                             navigation));
}

ApiError unknown_property(const TableSpec& table, std::string_view property, const Quirks& quirks) {
  if (quirks.invalid_property_code != code::kPayloadUnreadable)
    return {400, quirks.invalid_property_code,
            fmt::format("An error occurred while validating input parameters: Microsoft.Crm.CrmException: Invalid property '{}' was found in entity "
                        "'Microsoft.Dynamics.CRM.{}'. ---> Microsoft.OData.ODataException: Does not support untyped value in non-open type.",
                        property, table.name)};
  return payload_unreadable(table.set, fmt::format("Microsoft.OData.ODataException: Invalid property '{}' was found in entity "
                                                   "'Microsoft.Dynamics.CRM.{}'.",
                                                   property, table.name));
}

class PayloadReader {
 public:
  PayloadReader(const Metadata& metadata, const TableSpec& table, const ReferenceResolver& resolver, Door door, bool creating)
      : metadata_(metadata), table_(table), resolver_(resolver), door_(door), creating_(creating) {}

  Outcome<Payload> read(const json::object& body) {
    payload_.changes.reserve(body.size());
    for (const auto& member : body) {
      std::string_view name(member.key().data(), member.key().size());
      TRY_VOID(read_member(body, name, member.value()));
    }
    return std::move(payload_);
  }

 private:
  Outcome<void> read_member(const json::object& body, std::string_view name, const json::value& sent) {
    if (name.ends_with(kBind)) return read_bind(name.substr(0, name.size() - kBind.size()), sent);
    if (name == "@odata.type") return check_type(sent);
    if (name.find('@') != std::string_view::npos) return {};  // control information and annotations
    const Column* column = table_.column(name);
    if (column && column->type != ColumnType::lookup) return read_column(*column, sent);  // mostly
    if (!table_.parties.empty() && name == table_.parties) return take_parties(sent);
    if (const Navigation* navigation = table_.navigation(name)) return read_navigation(*navigation, sent);
    if (const Collection* collection = table_.collection(name)) return read_collection(*collection, sent);
    if (column) return read_lookup_id(body, *column, sent);
    return tl::unexpected<ApiError>(unknown_property(table_, name, metadata_.quirks()));
  }

  Outcome<void> check_type(const json::value& sent) {
    std::string_view type = text_of(scalar_of(sent));
    if (type.starts_with('#')) type.remove_prefix(1);
    if (type == std::string(kTypePrefix) + table_.name) return {};
    return tl::unexpected<ApiError>(
        payload_unreadable(table_.set, fmt::format("Microsoft.OData.ODataException: A resource with type '{}' was found, but it is not "
                                                   "assignable to the expected type '{}{}'.",
                                                   type, kTypePrefix, table_.name)));
  }

  Outcome<void> read_column(const Column& column, const json::value& sent) {
    bool system_time = column.source == Source::created_on || column.source == Source::modified_on;
    bool fixture = door_ != Door::api && (system_time || column.source == Source::stored);
    bool generated = column.logical_name == "ticketnumber" && !metadata_.quirks().own_ticket_numbers;
    bool writable = fixture || (creating_ ? column.creatable && !generated : column.updatable);
    if (!writable && column.source != Source::key) return metadata_.quirks().read_only_passed_over ? Outcome<void>() : not_writable(column);
    bool from_text = door_ == Door::fixture_text && sent.is_string();
    TRY(Value value, from_text ? convert_text(table_, column, text_of(scalar_of(sent))) : convert(table_, column, sent));
    bool text = column.type == ColumnType::text || column.type == ColumnType::memo;
    if (text && metadata_.quirks().empty_text_kept && sent.is_string() && sent.get_string().empty()) value = std::string();
    if (door_ == Door::api) TRY_VOID(check_attachment(column, value));
    if (column.source != Source::key) return add({&column, std::move(value), ""});
    if (const std::string* id = std::get_if<std::string>(&value)) payload_.id = *id;
    return {};
  }

  Outcome<void> not_writable(const Column& column) const {
    return tl::unexpected<ApiError>(
        payload_unreadable(table_.set, fmt::format("Microsoft.Crm.CrmException: '{}' cannot be {}.", column.name, creating_ ? "set on create" : "updated")));
  }

  /// A file within a row has the organisation's limit; larger ones come in blocks.
  Outcome<void> check_attachment(const Column& column, const Value& value) const {
    bool file = (table_.name == "annotation" && column.name == "documentbody") || (table_.name == "activitymimeattachment" && column.name == "body");
    std::string bytes;
    if (const std::string* sent = column.image || file ? std::get_if<std::string>(&value) : nullptr; sent && !from_base64(*sent, bytes))
      return tl::unexpected<ApiError>(payload_unreadable(table_.set, fmt::format("'{}' is not base64.", column.name)));
    const std::string* content = file ? std::get_if<std::string>(&value) : nullptr;
    if (!content) return {};
    const TableSpec& organizations = metadata_.require("organization");
    std::int64_t most = std::get<std::int64_t>(organizations.rows->get(0, organizations.require("maxuploadfilesize").field));
    if (static_cast<std::int64_t>(content->size() / 4 * 3) <= most) return {};
    return refuse(400, code::kAttachmentTooLarge, "Attachment file size is too big.");
  }

  Outcome<void> read_bind(std::string_view name, const json::value& sent) {
    const Navigation* navigation = table_.navigation(name);
    const Collection* collection = creating_ && !navigation ? table_.collection(name) : nullptr;
    if (collection) return read_collection_bind(*collection, sent);
    if (!navigation || !writable(*navigation->column)) return tl::unexpected<ApiError>(undeclared(table_.set, name));
    if (sent.is_null() && navigation->column->source == Source::owner)
      return refuse(400, code::kRequiredFieldMissing, fmt::format("Required field '{}' is missing on '{}'.", name, table_.name));
    if (sent.is_null()) return add({navigation->column, Value(), navigation->targets.front()});
    if (!sent.is_string()) {
      return tl::unexpected<ApiError>(payload_unreadable(table_.set, fmt::format("'{}{}' must be the URL of a row", name, kBind)));
    }
    TRY(RowReference found, resolver_.resolve(text_of(scalar_of(sent))));
    for (const std::string& target : navigation->targets) {
      if (target == found.table->name) {
        return add({navigation->column, found.table->rows->record(found.row).id, target});
      }
    }
    return refuse(400, code::kInvalidArgument,
                  fmt::format("A row of '{}' cannot be bound to '{}'; it takes {}.", found.table->name, name, navigation->targets.front()));
  }

  /// "Account_Tasks@odata.bind": ["/tasks(G)", …] of a row that is created.
  Outcome<void> read_collection_bind(const Collection& collection, const json::value& sent) {
    const json::array* items = sent.if_array();
    if (!items) return tl::unexpected<ApiError>(payload_unreadable(table_.set, fmt::format("'{}{}' must be an array of URLs", collection.name, kBind)));
    for (const json::value& item : *items) {
      TRY(RowReference found, resolver_.resolve(text_of(scalar_of(item))));
      if (found.table != collection.from)
        return refuse(400, code::kInvalidArgument, fmt::format("A row of '{}' cannot be bound to '{}'.", found.table->name, collection.name));
      payload_.nested.push_back({collection.column, collection.from, !collection.through, collection.through ? &collection : nullptr, {}, found.row});
    }
    return {};
  }

  Outcome<void> read_navigation(const Navigation& navigation, const json::value& sent) {
    if (sent.is_null()) return add({navigation.column, Value(), navigation.targets.front()});
    const json::object* object = sent.if_object();
    if (!object || !writable(*navigation.column)) return tl::unexpected<ApiError>(unknown_property(table_, navigation.name, metadata_.quirks()));
    return add_nested(*object, navigation.column, metadata_.require(navigation.targets.front()), false);
  }

  Outcome<void> read_collection(const Collection& collection, const json::value& sent) {
    const json::array* items = sent.if_array();
    if (!items) return tl::unexpected<ApiError>(payload_unreadable(table_.set, fmt::format("'{}' must be an array of rows", collection.name)));
    for (const json::value& item : *items) {
      const json::object* object = item.if_object();
      if (!object) return tl::unexpected<ApiError>(payload_unreadable(table_.set, fmt::format("'{}' must hold rows", collection.name)));
      TRY_VOID(collection.through ? add_nested(*object, nullptr, *collection.from, false) : add_nested(*object, collection.column, *collection.from, true));
      if (collection.through) payload_.nested.back().many = &collection;
    }
    return {};
  }

  Outcome<void> add_nested(const json::object& object, const Column* column, const TableSpec& table, bool points_here) {
    if (!creating_) return refuse(400, code::kPayloadUnreadable, "Deep update is not supported: related rows are written by themselves.");
    if (!table.writable) return refuse(400, code::kInvalidArgument, fmt::format("Rows of '{}' cannot be created.", table.name));
    TRY(Payload payload, PayloadReader(metadata_, table, resolver_, door_, true).read(object));
    payload_.nested.push_back({column, &table, points_here, nullptr, std::move(payload)});
    return {};
  }

  Outcome<void> read_lookup_id(const json::object& body, const Column& column, const json::value& sent) {
    if (door_ == Door::api) {
      return tl::unexpected<ApiError>(payload_unreadable(table_.set, fmt::format("Microsoft.Crm.CrmException: '{}' is computed and cannot be written; bind the "
                                                                                 "navigation property.",
                                                                                 column.name)));
    }
    TRY(Value id, convert(table_, column, sent));
    std::string target = column.targets.front();
    if (column.polymorphic() && !is_null(view(id))) {
      target = std::string(text_member(body, column.name + "@Microsoft.Dynamics.CRM.lookuplogicalname"));
      bool allowed = std::find(column.targets.begin(), column.targets.end(), target) != column.targets.end();
      if (!allowed) {
        return refuse(400, code::kInvalidArgument,
                      fmt::format("'{0}' needs '{0}@Microsoft.Dynamics.CRM.lookuplogicalname' with the table it "
                                  "points to.",
                                  column.name));
      }
    }
    if (const std::string* guid = std::get_if<std::string>(&id)) {
      const TableSpec& points_to = metadata_.require(target);
      RowNumber row = points_to.rows->find(*guid);
      if (row == kNoRow || points_to.rows->record(row).deleted) {
        return tl::unexpected<ApiError>(row_missing(target, *guid));
      }
    }
    return add({&column, std::move(id), std::move(target)});
  }

  Outcome<void> take_parties(const json::value& sent) {
    TRY(payload_.parties, read_parties(metadata_, sent, resolver_));
    return {};
  }

  bool writable(const Column& column) const {
    if (column.source == Source::owner) return true;
    return column.source == Source::stored && (creating_ ? column.creatable : column.updatable);
  }

  /// A column may be named once; for a polymorphic lookup clearing one target and setting another is one
  /// change.
  Outcome<void> add(Change change) {
    for (Change& known : payload_.changes) {
      if (known.column != change.column) continue;
      bool clears = is_null(view(change.value)), cleared = is_null(view(known.value));
      if (change.column->polymorphic() && (clears || cleared)) {
        if (cleared) known = std::move(change);
        return {};
      }
      return tl::unexpected<ApiError>(payload_unreadable(table_.set, fmt::format("'{}' is written more than once in one request.", change.column->name)));
    }
    payload_.changes.push_back(std::move(change));
    return {};
  }

  const Metadata& metadata_;
  const TableSpec& table_;
  const ReferenceResolver& resolver_;
  Door door_;
  bool creating_;
  Payload payload_;
};

Outcome<Party> read_party(const Metadata& metadata, const json::object& sent, const ReferenceResolver& resolver) {
  const TableSpec& table = metadata.require("activityparty");
  TRY(Payload payload, PayloadReader(metadata, table, resolver, Door::api, true).read(sent));
  Party party;
  if (const Change* partner = payload.find(table.require("_partyid_value"))) {
    party.target = partner->target;
    party.id = std::string(text_of(view(partner->value)));
  }
  if (const Change* address = payload.find(table.require("addressused"))) {
    party.address = std::string(text_of(view(address->value)));
  }
  const Change* mask = payload.find(table.require("participationtypemask"));
  if (!mask || is_null(view(mask->value))) {
    return refuse(400, code::kRequiredFieldMissing, "An activity party needs a participationtypemask.");
  }
  party.mask = std::get<std::int64_t>(mask->value);
  if (party.id.empty() && party.address.empty()) {
    return refuse(400, code::kRequiredFieldMissing, "An activity party needs a partyid or an addressused.");
  }
  if (party.id.empty() && !metadata.quirks().unresolved_parties)
    return refuse(400, code::kInvalidArgument, fmt::format("'{}' is no row, and this organisation does not allow unresolved recipients.", party.address));
  return party;
}

}  // namespace

const Change* Payload::find(const Column& column) const {
  for (const Change& change : changes) {
    if (change.column == &column) return &change;
  }
  return nullptr;
}

void add_missing_key(Payload& payload, const AlternateKey& key, const std::vector<Value>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Column* column = key.columns[i];
    if (!payload.find(*column)) payload.changes.push_back({column, values[i], column->targets.empty() ? "" : column->targets.front()});
  }
}

void drop_key(Payload& payload, const AlternateKey& key) {
  std::erase_if(payload.changes, [&](const Change& change) { return std::find(key.columns.begin(), key.columns.end(), change.column) != key.columns.end(); });
}

Outcome<Payload> read_payload(const Metadata& metadata, const TableSpec& table, const json::object& body, const ReferenceResolver& resolver, Door door,
                              bool creating) {
  return PayloadReader(metadata, table, resolver, door, creating).read(body);
}

Outcome<std::vector<Party>> read_parties(const Metadata& metadata, const json::value& sent, const ReferenceResolver& resolver) {
  const json::array* items = sent.if_array();
  if (!items) return tl::unexpected<ApiError>(payload_unreadable("activityparties", "an array is expected"));
  std::vector<Party> parties;
  for (const json::value& item : *items) {
    const json::object* object = item.if_object();
    if (!object) return tl::unexpected<ApiError>(payload_unreadable("activityparties", "objects are expected"));
    TRY(Party party, read_party(metadata, *object, resolver));
    parties.push_back(std::move(party));
  }
  return parties;
}

}  // namespace lockstep::emulators::dynamics365
