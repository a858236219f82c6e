#pragma once

#include "expression/operand.h"

namespace lockstep::expression {

/// How two operands stand to each other. `different`: neither equal nor in an order (a text and a map; absent
/// and anything).
enum class Order { less, equal, greater, different };

/// Numbers by value; a text and a number or truth value are equal when they read the same; instants, dates
/// and their texts by time; lists and maps by their elements.
Order order_of(const Operand& a, const Operand& b);
inline bool equals(const Operand& a, const Operand& b) { return order_of(a, b) == Order::equal; }

/// A total order for sorting: numbers by value, else by kind and content.
int sort_order(const Value& a, const Value& b);

}  // namespace lockstep::expression
