#include <re2/re2.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "base/time.h"
#include "expression/tree.h"

namespace lockstep::expression {

namespace {

constexpr int kDepthMax = 60;
constexpr std::size_t kTextMax = 16'384;

class Parser {
 public:
  Parser(std::string_view text, const Roots& roots, CompileOptions options) : text_(text), roots_(roots), options_(options) {}

  Result<ProgramRef> parse() {
    if (text_.size() > kTextMax) return wrong("longer than 16 KiB");
    auto program = std::make_shared<Program>();
    TRY(program->root, pipe());
    blanks();
    if (at_ < text_.size()) return wrong("unexpected '" + std::string(text_.substr(at_, 10)) + "'");
    std::ranges::sort(used_);
    used_.erase(std::unique(used_.begin(), used_.end()), used_.end());
    program->slots = used_;
    return ProgramRef(std::move(program));
  }

 private:
  using Parsed = Result<NodeRef>;

  tl::unexpected<Error> wrong(const std::string& message) const {
    return fail(ErrorCode::invalid_input, "expression '" + std::string(text_.substr(0, 120)) + "', at " + std::to_string(at_ + 1) + ": " + message);
  }
  void blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(std::string_view symbol) {
    blanks();
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    return true;
  }
  bool word(std::string_view wanted) {
    blanks();
    if (!text_.substr(at_).starts_with(wanted)) return false;
    const std::size_t end = at_ + wanted.size();
    if (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_')) return false;
    at_ = end;
    return true;
  }
  std::string name() {
    blanks();
    std::size_t end = at_;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_')) ++end;
    std::string found(text_.substr(at_, end - at_));
    at_ = end;
    return found;
  }
  static NodeRef make(Node::Kind kind, NodeRef a, NodeRef b = nullptr) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->children.push_back(std::move(a));
    if (b) node->children.push_back(std::move(b));
    return node;
  }

  Parsed pipe() {
    if (++depth_ > kDepthMax) return wrong("nested too deeply");
    TRY(NodeRef left, either());
    while (take("|")) {
      const std::string called = name();
      if (called.empty()) return wrong("a function must follow '|'");
      TRY(left, call(called, std::move(left)));
    }
    --depth_;
    return left;
  }
  Parsed either() {
    TRY(NodeRef left, both());
    while (word("or")) {
      TRY(NodeRef right, both());
      left = make(Node::Kind::either, std::move(left), std::move(right));
    }
    return left;
  }
  Parsed both() {
    TRY(NodeRef left, inverted());
    while (word("and")) {
      TRY(NodeRef right, inverted());
      left = make(Node::Kind::both, std::move(left), std::move(right));
    }
    return left;
  }
  Parsed inverted() {
    if (!word("not")) return comparison();
    if (++depth_ > kDepthMax) return wrong("nested too deeply");
    TRY(NodeRef inner, inverted());
    --depth_;
    return make(Node::Kind::invert, std::move(inner));
  }
  Parsed comparison() {
    TRY(NodeRef left, otherwise());
    for (const char* symbol : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (!take(symbol)) continue;
      TRY(NodeRef right, otherwise());
      auto node = std::make_unique<Node>();
      node->kind = Node::Kind::compare;
      node->word = symbol;
      node->children.push_back(std::move(left));
      node->children.push_back(std::move(right));
      return NodeRef(std::move(node));
    }
    const std::size_t back = at_;
    const bool negated = word("not");
    if (word("in")) {
      TRY(NodeRef right, otherwise());
      auto node = std::make_unique<Node>();
      node->kind = Node::Kind::contains;
      node->inverted = negated;
      node->children.push_back(std::move(left));
      node->children.push_back(std::move(right));
      return NodeRef(std::move(node));
    }
    at_ = back;
    if (!word("is")) return left;
    auto node = std::make_unique<Node>();
    node->inverted = word("not");
    if (word("absent")) node->kind = Node::Kind::is_absent;
    else if (word("null")) node->kind = Node::Kind::is_null;
    else return wrong("'is' is followed by absent, null, not absent or not null");
    node->children.push_back(std::move(left));
    return NodeRef(std::move(node));
  }
  Parsed otherwise() {
    TRY(NodeRef left, sum());
    while (take("//")) {
      TRY(NodeRef right, sum());
      left = make(Node::Kind::otherwise, std::move(left), std::move(right));
    }
    return left;
  }
  Parsed sum() {
    TRY(NodeRef left, product());
    for (;;) {
      if (take("+")) {
        TRY(NodeRef right, product());
        left = make(Node::Kind::plus, std::move(left), std::move(right));
      } else if (take("-")) {
        TRY(NodeRef right, product());
        left = make(Node::Kind::minus, std::move(left), std::move(right));
      } else {
        return left;
      }
    }
  }
  Parsed product() {
    TRY(NodeRef left, primary());
    while (take("*")) {
      TRY(NodeRef right, primary());
      left = make(Node::Kind::times, std::move(left), std::move(right));
    }
    return left;
  }

  Parsed literal(Value value) {
    auto node = std::make_unique<Node>();
    node->literal = std::move(value);
    return steps(std::move(node));
  }

  Parsed primary() {
    blanks();
    if (++depth_ > kDepthMax) return wrong("nested too deeply");
    const auto leave = [this](Parsed parsed) {
      --depth_;
      return parsed;
    };
    if (at_ >= text_.size()) return wrong("something is missing at the end");
    const char c = text_[at_];
    if (c == '(') {
      ++at_;
      TRY(NodeRef inner, pipe());
      if (!take(")")) return wrong("')' is missing");
      return leave(std::move(inner));
    }
    if (c == '"' || c == '\'') {
      TRY(std::string text, quoted(c));
      return leave(literal(Value(std::move(text))));
    }
    if (c == '[') return leave(list());
    if (c == '-') {
      ++at_;
      TRY(NodeRef inner, primary());
      return leave(make(Node::Kind::negate, std::move(inner)));
    }
    if (std::isdigit(static_cast<unsigned char>(c))) return leave(number());
    if (c == '@') {
      ++at_;
      return leave(path("@"));
    }
    const std::string found = name();
    if (found.empty()) return wrong("unexpected '" + std::string(1, c) + "'");
    if (found == "true" || found == "false") return leave(literal(Value(found == "true")));
    if (found == "null") return leave(literal(Value{}));
    if (found == "absent") {
      auto node = std::make_unique<Node>();
      node->kind = Node::Kind::call;
      node->word = "absent";
      return leave(Parsed(std::move(node)));
    }
    blanks();
    if (at_ < text_.size() && text_[at_] == '(') return leave(call(found, nullptr));
    return leave(path(found));
  }

  Result<std::string> quoted(char quote) {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && (text_[at_ + 1] == quote || text_[at_ + 1] == '\\')) ++at_;
      out += text_[at_];
    }
    if (at_ >= text_.size()) return wrong("the text is not closed");
    ++at_;
    return out;
  }

  Parsed list() {
    ++at_;
    auto node = std::make_unique<Node>();
    node->kind = Node::Kind::call;
    node->word = "list";
    while (!take("]")) {
      if (!node->children.empty() && !take(",")) return wrong("',' or ']' is missing");
      TRY(NodeRef element, pipe());
      node->children.push_back(std::move(element));
    }
    return NodeRef(std::move(node));
  }

  Parsed number() {
    std::size_t end = at_;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '.')) ++end;
    const std::string_view found = text_.substr(at_, end - at_);
    if (const auto duration = parse_duration(found)) {
      at_ = end;
      return literal(Value(std::int64_t{duration->count()}));
    }
    const auto decimal = parse_decimal(found);
    if (!decimal) return wrong("'" + std::string(found) + "' is neither a number nor a duration");
    at_ = end;
    if (found.find('.') != std::string_view::npos || found.size() > 18) return literal(Value(*decimal));
    return literal(Value(std::int64_t{std::stoll(std::string(found))}));
  }

  Parsed path(const std::string& root) {
    auto slot = root == "@" ? (in_filter_ ? std::optional<std::size_t>(0) : std::nullopt) : in_filter_ ? std::nullopt : roots_.find(root);
    if (!slot) {
      std::vector<std::string> names;
      for (const Root& one : roots_.all()) names.push_back(one.name);
      const std::string nearest = nearest_name(root, names);
      return wrong("'" + root + "' is not known here" + (nearest.empty() ? "; there are " + join(names, ", ") : ", did you mean '" + nearest + "'?"));
    }
    if (!in_filter_) {
      if (roots_.all()[*slot].secret && !options_.allow_secrets) return wrong("'" + root + "' may only stand in sign-in, headers, forms and signature keys");
      used_.push_back(*slot);
    }
    auto node = std::make_unique<Node>();
    node->kind = Node::Kind::path;
    node->slot = *slot;
    return steps(std::move(node));
  }

  Parsed steps(std::unique_ptr<Node> node) {
    for (;;) {
      if (at_ < text_.size() && text_[at_] == '.' && at_ + 1 < text_.size()) {
        ++at_;
        Step step;
        step.name = name();
        if (step.name.empty()) return wrong("a name must follow '.'");
        node->steps.push_back(std::move(step));
      } else if (at_ < text_.size() && text_[at_] == '[') {
        ++at_;
        TRY(Step step, bracket());
        node->steps.push_back(std::move(step));
      } else {
        break;
      }
    }
    if (node->kind == Node::Kind::literal && !node->steps.empty()) return wrong("a literal has no parts");
    return NodeRef(std::move(node));
  }

  Result<Step> bracket() {
    Step step;
    blanks();
    if (take("*")) {
      step.kind = Step::Kind::each;
    } else if (take("?")) {
      step.kind = Step::Kind::filter;
      const bool outer = std::exchange(in_filter_, true);
      TRY(step.condition, pipe());
      in_filter_ = outer;
    } else if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
      TRY(step.name, quoted(text_[at_]));
    } else {
      step.kind = Step::Kind::computed;
      TRY(step.key, pipe());
    }
    if (!take("]")) return wrong("']' is missing");
    return step;
  }

  Parsed call(const std::string& called, NodeRef first) {
    auto node = std::make_unique<Node>();
    node->kind = called == "if" ? Node::Kind::choose : Node::Kind::call;
    node->word = called;
    if (first) node->children.push_back(std::move(first));
    if (take("(")) {
      bool any = false;
      while (!take(")")) {
        if (any && !take(",")) return wrong("',' or ')' is missing");
        any = true;
        TRY(NodeRef argument, pipe());
        node->children.push_back(std::move(argument));
      }
    }
    if (called == "if") {
      if (node->children.size() != 3) return wrong("if takes a condition and two values");
      return steps_after_call(std::move(node));
    }
    const Signature* signature = find_function(called);
    if (!signature) {
      const std::string nearest = nearest_name(called, function_names());
      return wrong("there is no function '" + called + "'" + (nearest.empty() ? "" : ", did you mean '" + nearest + "'?"));
    }
    if (node->children.size() < signature->least || node->children.size() > signature->most)
      return wrong(called + " takes " + std::to_string(signature->least) + (signature->most > signature->least ? " to " + std::to_string(signature->most) : "") + " values, found " +
                   std::to_string(node->children.size()));
    node->function = signature->function;
    if (signature->regex_argument >= 0) {
      const Node& pattern = *node->children[static_cast<std::size_t>(signature->regex_argument)];
      const std::string* text = pattern.literal.get<std::string>();
      if (pattern.kind != Node::Kind::literal || !text) return wrong("the pattern of " + called + " must be a literal text");
      auto regex = std::make_shared<re2::RE2>(*text, re2::RE2::Quiet);
      if (!regex->ok()) return wrong("pattern: " + regex->error());
      node->regex = std::move(regex);
    }
    return steps_after_call(std::move(node));
  }

  Parsed steps_after_call(std::unique_ptr<Node> node) {
    if (at_ >= text_.size() || (text_[at_] != '.' && text_[at_] != '[')) return NodeRef(std::move(node));
    return steps(std::move(node));
  }

  std::string_view text_;
  const Roots& roots_;
  CompileOptions options_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool in_filter_ = false;
  std::vector<std::size_t> used_;
};

}  // namespace

Roots::Roots(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) add(std::string(name));
}
std::size_t Roots::add(std::string name, bool secret) {
  if (const auto found = find(name)) return *found;
  roots_.push_back(Root{std::move(name), secret});
  return roots_.size() - 1;
}
std::optional<std::size_t> Roots::find(std::string_view name) const {
  for (std::size_t i = 0; i < roots_.size(); ++i)
    if (roots_[i].name == name) return i;
  return std::nullopt;
}

Result<ProgramRef> compile(std::string_view text, const Roots& roots, CompileOptions options) { return Parser(text, roots, options).parse(); }
std::vector<std::size_t> roots_used(const Program& program) { return program.slots; }
bool is_constant(const Program& program) { return program.slots.empty(); }

}  // namespace lockstep::expression
