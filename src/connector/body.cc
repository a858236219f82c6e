#include "connector/body.h"

#include <boost/json.hpp>

#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

void append_quoted(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

namespace {

void append_value(const Value& value, std::string& out) {
  if (value.is_null()) {
    out += "null";
  } else if (const auto* flag = value.get<bool>()) {
    out += *flag ? "true" : "false";
  } else if (const auto* number = value.get<std::int64_t>()) {
    out += std::to_string(*number);
  } else if (const auto* decimal = value.get<Decimal>()) {
    out += decimal->text;
  } else if (const auto* text = value.get<std::string>()) {
    append_quoted(*text, out);
  } else if (const auto* time = value.get<WallTime>()) {
    append_quoted(format_iso(*time), out);
  } else if (const auto* date = value.get<Date>()) {
    append_quoted(format_iso(*date), out);
  } else if (const auto* remote = value.get<RemoteId>()) {
    append_quoted(remote->id, out);
  } else if (const auto* list = value.get<List>()) {
    out += '[';
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ',';
      append_value((*list)[i], out);
    }
    out += ']';
  } else if (const auto* map = value.get<Map>()) {
    out += '{';
    for (std::size_t i = 0; i < map->size(); ++i) {
      if (i > 0) out += ',';
      append_quoted((*map)[i].first, out);
      out += ':';
      append_value((*map)[i].second, out);
    }
    out += '}';
  } else if (const auto* entity = value.get<EntityRef>()) {
    append_quoted(entity->entity.text(), out);
  }
}

/// Writes one body. An element or member whose value is absent is left out: `write` then returns false and `out_` is as it was.
class BodyWriter {
 public:
  BodyWriter(Scope& scope, const RowSource* rows, std::string& out) : scope_(scope), rows_(rows), out_(out) {}

  Result<bool> write(const Body& body) {
    switch (body.kind) {
      case Body::Kind::literal: out_ += body.literal; return true;
      case Body::Kind::text: return write_text(body);
      case Body::Kind::list: return write_list(body);
      case Body::Kind::each: return write_each(body);
      case Body::Kind::condition: return write_condition(body);
      case Body::Kind::json_text: return write_json_text(body);
      case Body::Kind::node: {
        TRY(const Operand operand, expression::evaluate(*body.program, scope_));
        if (operand.is_absent()) return false;
        TRY(std::string text, operand.text());
        out_ += text;
        return true;
      }
      case Body::Kind::object:
      case Body::Kind::fields:
      case Body::Kind::merge: {
        out_ += '{';
        bool first = true;
        TRY_VOID(write_members(body, first));
        out_ += '}';
        return true;
      }
    }
    return true;
  }

 private:
  void comma(bool& first) {
    if (!first) out_ += ',';
    first = false;
  }

  Result<bool> write_text(const Body& body) {
    TRY(const Operand operand, expression::render_operand(*body.text, scope_));
    if (operand.is_absent()) return false;
    TRY_VOID(append_json(operand, out_));
    return true;
  }

  Result<bool> write_list(const Body& body) {
    out_ += '[';
    bool first = true;
    for (const BodyRef& item : body.items) TRY_VOID(write_element(*item, first));
    out_ += ']';
    return true;
  }

  Result<void> write_element(const Body& item, bool& first) {
    const std::size_t before = out_.size();
    const bool was_first = first;
    comma(first);
    TRY(const bool written, write(item));
    if (written) return {};
    out_.resize(before);
    first = was_first;
    return {};
  }

  Result<bool> write_each(const Body& body) {
    out_ += '[';
    bool first = true;
    if (body.over_rows) {
      if (!rows_) return fail(ErrorCode::invalid_input, "there are no rows in this request");
      for (std::size_t i = 0; i < rows_->count(); ++i) {
        rows_->enter(i, scope_);
        TRY_VOID(write_element(*body.items.front(), first));
      }
    } else {
      TRY(const Operand list, expression::evaluate(*body.program, scope_));
      if (list.is_absent()) {
        out_.pop_back();
        return false;
      }
      TRY(const auto elements, list.elements());
      for (const Operand& element : elements) {
        scope_.set(body.as, element);
        TRY_VOID(write_element(*body.items.front(), first));
      }
      scope_.clear(body.as);
    }
    out_ += ']';
    return true;
  }

  Result<bool> write_condition(const Body& body) {
    TRY(const bool holds, expression::evaluate_truth(*body.program, scope_));
    if (holds) return write(*body.items[0]);
    if (body.items.size() > 1) return write(*body.items[1]);
    return false;
  }

  Result<bool> write_json_text(const Body& body) {
    std::string inner;
    BodyWriter writer(scope_, rows_, inner);
    TRY(const bool written, writer.write(*body.items.front()));
    if (written) append_quoted(inner, out_);
    return written;
  }

  Result<void> write_members(const Body& body, bool& first) {
    if (body.kind == Body::Kind::merge) {
      for (const BodyRef& part : body.items) TRY_VOID(write_members(*part, first));
      return {};
    }
    if (body.kind == Body::Kind::fields) {
      if (!rows_) return fail(ErrorCode::invalid_input, "there are no fields in this request");
      std::vector<std::string> except;
      for (const auto& name : body.except) {
        TRY(auto text, expression::render(*name, scope_));
        if (text) except.push_back(std::move(*text));
      }
      return rows_->write_fields(
          except, [&] { comma(first); }, out_);
    }
    if (body.kind == Body::Kind::condition) {
      TRY(const bool holds, expression::evaluate_truth(*body.program, scope_));
      if (holds) return write_members(*body.items[0], first);
      return body.items.size() > 1 ? write_members(*body.items[1], first) : Result<void>{};
    }
    for (const auto& [name, value] : body.members) TRY_VOID(write_member(*name, *value, first));
    return {};
  }

  Result<void> write_member(const expression::Template& name, const Body& value, bool& first) {
    const std::size_t before = out_.size();
    const bool was_first = first;
    TRY(const auto text, expression::render(name, scope_));
    if (!text) return {};
    comma(first);
    append_quoted(*text, out_);
    out_ += ':';
    TRY(const bool written, write(value));
    if (written) return {};
    out_.resize(before);
    first = was_first;
    return {};
  }

  Scope& scope_;
  const RowSource* rows_;
  std::string& out_;
};

}  // namespace

Result<void> append_json(const Operand& operand, std::string& out) {
  if (operand.is_absent()) return fail(ErrorCode::invalid_input, "an absent value has no JSON");
  if (const auto* json = operand.json()) {
    out += boost::json::serialize(*json);
    return {};
  }
  if (const auto* value = operand.value()) {
    append_value(*value, out);
    return {};
  }
  TRY(const auto elements, operand.elements());
  out += '[';
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += ',';
    TRY_VOID(append_json(elements[i], out));
  }
  out += ']';
  return {};
}

Result<std::string> render_body(const Body& body, Scope& scope, const RowSource* rows) {
  std::string out;
  BodyWriter writer(scope, rows, out);
  TRY([[maybe_unused]] const bool written, writer.write(body));
  return out;
}

}  // namespace lockstep::connector
