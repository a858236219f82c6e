#pragma once

#include <string>
#include <vector>

#include "engine/configuration.h"

/// What the measurements work on: the configuration in examples/, and records as its systems hold them.
namespace lockstep::bench {

const Configuration& example();

/// One variant of one shipped mapping.
struct Place {
  TypeIndex type;
  const mapping::EntityMapping* mapping = nullptr;
  std::size_t variant = 0;
  std::string name() const;  // "contact.salesforce", "interaction.hubspot.call"
};
std::vector<Place> places();

/// Record `number` there with every field filled in that has a word for its value there, as its connector hands it over; no two have the same e-mail.
mapping::Slots row(const Place& place, std::size_t number);
/// A page of such records as flat JSON objects with id and time of change: the least that any system sends.
std::string page(const Place& place, const std::vector<mapping::Slots>& rows);

}  // namespace lockstep::bench
