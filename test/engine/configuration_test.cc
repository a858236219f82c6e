// What a wrong lockstep.yaml is answered with: place, what was found, what is allowed, the nearest name. Over the shipped
// connectors, models and mappings.
#include "engine/configuration.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace lockstep {
namespace {

namespace files = std::filesystem;

class ConfigurationTest : public testing::Test {
 protected:
  ConfigurationTest() : folder(files::temp_directory_path() / ("lockstep_configuration_" + std::to_string(::getpid()))) { files::create_directories(folder); }
  ~ConfigurationTest() override { files::remove_all(folder); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
  std::string path() const { return (folder / "lockstep.yaml").string(); }

  std::shared_ptr<const Configuration> load(const std::string& text, bool resolve_secrets = false) {
    write("lockstep.yaml", text);
    findings.clear();
    LoadOptions options;
    options.resolve_secrets = resolve_secrets;
    return load_configuration(path(), options, findings);
  }
  /// Findings without the folder in front.
  std::string said() const {
    std::string all;
    for (const auto& finding : findings) {
      std::string text = finding.text();
      for (std::size_t at; (at = text.find(folder.string() + "/")) != std::string::npos;) text.erase(at, folder.string().size() + 1);
      all += text + "\n";
    }
    return all;
  }
  void expect_said(const std::string& text, const std::string& wanted, bool resolve_secrets = false) {
    EXPECT_EQ(load(text, resolve_secrets), nullptr) << text;
    EXPECT_NE(said().find(wanted), std::string::npos) << text << "\n--- said:\n" << said() << "--- expected:\n" << wanted;
  }
  /// One line under `connections`.
  static std::string with_connection(const std::string& line) { return "lockstep: 1\nconnections:\n  " + line + "\n"; }
  static std::string with(const std::string& lines) {
    return "lockstep: 1\nconnections:\n  support: {hosted: true}\n  sales: {connector: salesforce, secrets: {client_id: {env: A}, client_secret: {env: B}}}\n" +
           lines + "\n";
  }

  files::path folder;
  grammar::Findings findings;
};

TEST_F(ConfigurationTest, TakesWhatIsDocumented) {
  const auto configuration = load(
      "lockstep: 1\nstore: data.db\nlisten: 127.0.0.1:9000\npublic_url: https://hooks.example.com\n"
      "api_keys: [{name: desk, key: {env: DESK_KEY}, connection: support}]\n"
      "connections:\n"
      "  support: {hosted: true}\n"
      "  sales:\n    connector: salesforce\n    auth: oauth2\n    grant: client_credentials\n    secrets: {client_id: {env: A}, client_secret: {file: "
      "b.txt}}\n    concurrency: 8\n    attempts: 3\n    backoff: {base: 2s, cap: 10m}\n    limits: {daily: {max: 100000, keep_percent: 30}}\n"
      "    types:\n      contact: {mode: batch, every: 15m, delete: review, incoming_delete: ignore, delete_vs_edit: review, read_before_write: 1m}\n      "
      "case: {poll: 30s, full_refresh: 24h, creates: false, writable: false}\n"
      "default_policy: {strategy: last_write_wins, close_calls: review}\n"
      "policies:\n  contact:\n    strategy: newest_nonblank\n    initial_order: [sales, support]\n    fields: {phone: {strategy: owner, order: [support], "
      "blank: never_overwrites}}\n    connections: {sales: {direction: in}}\n"
      "delete_guard: {count: 10, share_percent: 5}\n");
  ASSERT_TRUE(configuration) << said();
  EXPECT_EQ(said(), "");
  EXPECT_EQ(configuration->store_path, (folder / "data.db").string());
  EXPECT_EQ(configuration->listen_port, 9000);
  ASSERT_EQ(configuration->connections.size(), 2u);
  const ConnectionSettings& sales = configuration->connections[1];
  EXPECT_EQ(sales.concurrency, 8u);
  EXPECT_EQ(sales.attempts_max, 3u);
  EXPECT_EQ(sales.backoff_cap, Duration{600'000});
  EXPECT_EQ(sales.config.limits.at("daily").max, 100'000);
  EXPECT_EQ(sales.config.limits.at("daily").keep_share, 0.3);
  ASSERT_EQ(sales.types.size(), 2u);
  EXPECT_FALSE(sales.types[0].schedule.real_time);
  EXPECT_EQ(sales.types[0].schedule.poll_every, Duration{15 * 60'000});
  EXPECT_EQ(sales.types[0].deletes, DeletePolicy::review);
  EXPECT_EQ(sales.types[0].incoming_deletes, DeletePolicy::ignore);
  EXPECT_EQ(sales.types[1].creates, false);
  ASSERT_EQ(configuration->policies.size(), 1u);
  EXPECT_EQ(configuration->policies[0].fields[0].second.strategy, Strategy::owner);
  EXPECT_EQ(configuration->policies[0].connections[0].second.direction, Direction::in);
  EXPECT_EQ(configuration->delete_guard.count, 10u);
  EXPECT_EQ(configuration->definitions.size(), 3u);
}

TEST_F(ConfigurationTest, TheFileItself) {
  LoadOptions options;
  EXPECT_EQ(load_configuration((folder / "nowhere.yaml").string(), options, findings), nullptr);
  EXPECT_NE(said().find("nowhere.yaml"), std::string::npos) << said();
  expect_said("", "expected a map (configuration), found nothing");
  expect_said("- a\n", "lockstep.yaml:1:1: error: expected a map (configuration), found a list");
  expect_said("lockstep: 1\nconnections: {a: {hosted: true}\n", "lockstep.yaml:");
  expect_said("lockstep: 1\nconnections: {}\nconnections: {}\n", "lockstep.yaml:3:");
  expect_said("lockstep: 2\nconnections: {}\n", "lockstep.yaml:1:11: error: expected a whole number from 1 to 1, found '2'");
  expect_said("lockstep: 1\nconections: {}\n", "lockstep.yaml:2:1: error: unknown key 'conections' in configuration; allowed: lockstep, store");
  expect_said("lockstep: 1\nconections: {}\n", "did you mean 'connections'?");
  expect_said("lockstep: 1\n", "'connections' is missing in configuration");
  expect_said(with("listen: here"), "lockstep.yaml:5:9: error: listen 'here' is not host:port");
  expect_said(with("listen: 127.0.0.1:99999"), "listen '127.0.0.1:99999' is not host:port");
  expect_said(with("delete_guard: {share_percent: 200}"), "expected a whole number from 0 to 100, found '200'");
  expect_said(with("models: [missing.yaml]"), "missing.yaml");
}

TEST_F(ConfigurationTest, AnAddressOfSixteenBytesStandsInBrackets) {
  const auto configuration = load(with("listen: \"[::1]:9000\""));
  ASSERT_TRUE(configuration) << said();
  EXPECT_EQ(configuration->listen_address, "::1");
  EXPECT_EQ(configuration->listen_port, 9000);
  EXPECT_EQ(configuration->public_url, "http://[::1]:9000");
}

TEST_F(ConfigurationTest, Connections) {
  expect_said(with_connection("a: {}"), "lockstep.yaml:3:6: error: connection 'a' needs either 'connector: <name>' or 'hosted: true'");
  expect_said(with_connection("a: {hosted: true, connector: hubspot}"), "needs either 'connector: <name>' or 'hosted: true'");
  expect_said(with_connection("a: {connector: salesfroce}"),
              "lockstep.yaml:3:18: error: unknown connector 'salesfroce'; known: dynamics365, hubspot, salesforce; did you mean 'salesforce'?");
  expect_said(with_connection("a: {conector: hubspot}"), "lockstep.yaml:3:7: error: unknown key 'conector' in connection");
  expect_said(with_connection("a: {connector: hubspot, params: {api_ulr: x}}"),
              "connection 'a': connector hubspot has no parameter 'api_ulr'; did you mean 'api_url'?");
  expect_said(with_connection("a: {connector: hubspot, params: {api_url: nowhere}}"), "parameter 'api_url' is no URL: 'nowhere'");
  expect_said(with_connection("a: {connector: hubspot, auth: baerer}"),
              "lockstep.yaml:3:33: error: connection 'a': connector hubspot has no auth 'baerer'; it has bearer, oauth2; did you mean 'bearer'?");
  expect_said(with_connection("a: {connector: hubspot, auth: oauth2, grant: password}"), "sign-in oauth2 has no grant 'password'; it has refresh_token");
  expect_said(with_connection("a: {connector: hubspot, secrets: {service_kee: {env: A}}}"),
              "lockstep.yaml:3:36: error: connection 'a': connector hubspot has no secret 'service_kee'; it has client_id, client_secret, refresh_token, "
              "service_key; did you mean 'service_key'?");
  expect_said(with_connection("a: {connector: hubspot, secrets: {client_secret: {env: A}}}"),
              "lockstep.yaml:3:36: error: connection 'a': sign-in bearer of connector hubspot needs the secret 'service_key'");
  expect_said(with_connection("a: {connector: hubspot, auth: oauth2, secrets: {client_id: {env: A}}}"),
              "sign-in oauth2 of connector hubspot needs the secret 'client_secret'");
  expect_said(with_connection("a: {connector: salesforce}"),
              "lockstep.yaml:3:6: error: connection 'a': sign-in oauth2 of connector salesforce needs the secret 'client_id'");
  expect_said(with_connection("a: {connector: hubspot, base_url: nowhere}"), "base_url is no URL: 'nowhere'");
  expect_said(with_connection("a: {connector: hubspot, limits: {dayly: {max: 5}}}"),
              "has no limits 'dayly'; it has search, burst, daily; did you mean 'daily'?");
  expect_said(with_connection("a: {connector: hubspot, backoff: {base: 1m, cap: 10s}}"), "the cap of backoff is below its base");
  expect_said(with_connection("a: {connector: hubspot, concurrency: 0}"), "expected a whole number from 1 to 64, found '0'");
  expect_said(with_connection("a: {connector: hubspot, secrets: {service_key: abc}}"),
              "lockstep.yaml:3:50: error: expected a map (secret_env) or a map (secret_file), found");
}

TEST_F(ConfigurationTest, SecretsAreNamedNotWrittenAndNeverShown) {
  expect_said(with_connection("a: {connector: hubspot, secrets: {service_key: {env: LOCKSTEP_TEST_UNSET}}}"),
              "environment variable 'LOCKSTEP_TEST_UNSET' is not set; export it before starting", true);
  expect_said(with_connection("a: {connector: hubspot, secrets: {service_key: {file: none.txt}}}"), "secret file 'none.txt' cannot be read", true);
  write("key.txt", "s3cr3t\n");
  const auto configuration = load(with_connection("a: {connector: hubspot, secrets: {service_key: {file: key.txt}}}"), true);
  ASSERT_TRUE(configuration) << said();
  EXPECT_EQ(configuration->connections[0].config.secrets.at("service_key"), "s3cr3t");
  // A mistake elsewhere in the file does not show it.
  expect_said(with_connection("a: {connector: hubspot, auth: no, secrets: {service_key: {file: key.txt}}}"), "has no auth 'no'", true);
  EXPECT_EQ(said().find("s3cr3t"), std::string::npos);
  // `check` needs no secrets.
  EXPECT_TRUE(load(with_connection("a: {connector: hubspot, secrets: {service_key: {env: LOCKSTEP_TEST_UNSET}}}"))) << said();
}

TEST_F(ConfigurationTest, TypesAndTheirSchedules) {
  const auto of = [](const std::string& type) { return with_connection("a: {connector: hubspot, types: {" + type + "}}"); };
  expect_said(of("contct: {}"), "lockstep.yaml:3:35: error: unknown entity type 'contct'; did you mean 'contact'?");
  expect_said(of("contact: {mode: batch, every: 30s}"), "expected a duration (250ms, 90s, 5m, 24h, 7d) from 1m to 1d, found '30s'");
  expect_said(of("contact: {mode: batch, every: 25h}"), "from 1m to 1d, found '25h'");
  expect_said(of("contact: {mode: batch}"), "mode: batch needs 'every', from 1m to 24h");
  expect_said(of("contact: {every: 5m}"), "'every' belongs to mode: batch; write 'mode: batch', or 'poll' for how often a real-time feed is read");
  expect_said(of("contact: {mode: realtime}"), "expected one of real_time, batch, found 'realtime'; did you mean 'real_time'?");
  expect_said(of("contact: {mode: batch, every: 5m, poll: 5m}"), "'poll' belongs to mode: real_time; write 'every'");
  expect_said(of("contact: {poll: soon}"), "found 'soon'");
  expect_said(of("contact: {delete: never}"), "expected one of propagate, archive, ignore, review, found 'never'");
  expect_said(of("contact: {delete_vs_edit: edit}"), "expected one of edit_wins, delete_wins, review, found 'edit'");
  expect_said(of("contact: {creates: perhaps}"), "expected true or false, found 'perhaps'");
}

TEST_F(ConfigurationTest, ApiKeysBelongToHostedConnections) {
  expect_said(with("api_keys: [{name: desk, key: {env: K}, connection: sales}]"), "api key 'desk' names 'sales', which is no hosted connection");
  expect_said(with("api_keys: [{name: desk, key: {env: K}, connection: suport}]"),
              "api key 'desk' names 'suport', which is no hosted connection; did you mean 'support'?");
  expect_said(with("api_keys: [{name: desk, connection: support}]"), "'key' is missing in api_key");
  expect_said(with("api_keys: [{name: a, key: {env: K}, connection: support}, {name: a, key: {env: L}, connection: support}]"), "api key 'a' is there twice");
}

TEST_F(ConfigurationTest, AnArchiveIsNoDeleteThatNobodyCanUndo) {
  const std::string dynamics =
      "  crm: {connector: dynamics365, params: {org_url: 'http://127.0.0.1:1', tenant: t}, secrets: {client_id: {env: A}, client_secret: {env: B}, door_key: "
      "{env: C}}";
  const std::string sales = "  sales: {connector: salesforce, secrets: {client_id: {env: A}, client_secret: {env: B}}";
  const auto two = [&](const std::string& in_sales, const std::string& in_crm) {
    return "lockstep: 1\nconnections:\n" + sales + (in_sales.empty() ? "" : ", types: {" + in_sales + "}") + "}\n" + dynamics +
           (in_crm.empty() ? "" : ", types: {" + in_crm + "}") + "}\n";
  };
  EXPECT_TRUE(load(two("", "contact: {incoming_delete: archive}, case: {incoming_delete: archive}"))) << said();
  EXPECT_TRUE(load(two("contact: {delete: archive}", ""))) << said();
  EXPECT_TRUE(load(two("interaction: {delete: archive}", "interaction: {incoming_delete: ignore}"))) << said();
  const std::string wanted =
      "error: 'crm' cannot archive annotation, phonecall, email (interaction): a delete there is for ever; write propagate, ignore or review";
  expect_said(two("", "interaction: {incoming_delete: archive}"), "lockstep.yaml:4:201: " + wanted);
  expect_said(two("interaction: {delete: archive}", ""), "lockstep.yaml:3:121: " + wanted);
}

TEST_F(ConfigurationTest, Policies) {
  expect_said(with("policies: {contct: {}}"), "lockstep.yaml:5:12: error: policy for unknown entity type 'contct'; did you mean 'contact'?");
  expect_said(with("policies: {contact: {fields: {phnoe: {}}}}"), "lockstep.yaml:5:31: error: policy for unknown field 'contact.phnoe'; did you mean 'phone'?");
  expect_said(with("policies: {contact: {connections: {sale: {}}}}"),
              "lockstep.yaml:5:36: error: unknown connection 'sale'; configured: support, sales; did you mean 'sales'?");
  expect_said(with("policies: {contact: {initial_order: [sales, suport]}}"),
              "unknown connection 'suport'; configured: support, sales; did you mean 'support'?");
  expect_said(with("default_policy: {strategy: last_write_win}"), "did you mean 'last_write_wins'?");
  expect_said(with("default_policy: {strategy: owner}"), "lockstep.yaml:5:17: error: strategy 'owner' needs 'order: [connection, …]'");
  expect_said(with("default_policy: {strategy: prefer, order: [sales, markting]}"), "unknown connection 'markting'");
  expect_said(with("default_policy: {strategy: last_write_wins, order: [sales]}"), "'order' belongs to the strategies owner and prefer");
  expect_said(with("default_policy: {direction: inn}"), "expected one of both, in, out, out_leave, found 'inn'; did you mean 'in'?");
  expect_said(with("default_policy: {blank: never}"), "expected one of value, never_overwrites, found 'never'");
}

TEST_F(ConfigurationTest, MistakesInFilesOfOnesOwnAreToldWithTheirPlaces) {
  write("fields.yaml", "types:\n  contact:\n    fields:\n      shoe_size: numbr\n");
  expect_said(with("models: [fields.yaml]"), "fields.yaml:4:18: error: expected one of text, email");
  write("fields.yaml", "types:\n  contact:\n    fields:\n      shoe_size: decimal\n");
  write("more.yaml", "mapping: contact\nsystems: {salesforce: {object: Contact}}\nfields:\n  shoe_size: {in: {salesforce: {field: Shoe__c, lens: rond(1)}}}\n");
  expect_said(with("models: [fields.yaml]\nmappings: [more.yaml]"), "more.yaml:4:55: error: unknown lens 'rond'");
  write("more.yaml",
        "mapping: contact\nsystems: {salesforce: {object: Contact}}\nfields:\n  shoe_size: {in: {salesforce: {field: Shoe__c, lens: round(1)}}}\n");
  const auto good = load(with("models: [fields.yaml]\nmappings: [more.yaml]"));
  ASSERT_TRUE(good) << said();
  const TypeIndex contact = *good->model.find("contact");
  EXPECT_TRUE(good->mappings[contact.value()].systems.at("salesforce")->writes(0, *good->model.at(contact).find("shoe_size")));
  write("broken.yaml", "connector: [\n");
  expect_said(with("connectors: [broken.yaml]"), "broken.yaml:");
}

TEST_F(ConfigurationTest, AConnectionThatNoMappingNamesIsWarnedOf) {
  std::ifstream shipped(share_directory() + "/connectors/hubspot.yaml");
  std::string text((std::istreambuf_iterator<char>(shipped)), {});
  const std::string name = "connector: hubspot";
  ASSERT_NE(text.find(name), std::string::npos);
  write("other.yaml", text.replace(text.find(name), name.size(), "connector: otherspot"));
  EXPECT_TRUE(load(with_connection("a: {connector: otherspot, secrets: {service_key: {env: A}}}") + "connectors: [other.yaml]\n")) << said();
  EXPECT_NE(said().find("lockstep.yaml:3:6: warning: connection 'a' takes part in nothing: no mapping names connector 'otherspot'"), std::string::npos)
      << said();
}

TEST_F(ConfigurationTest, AnObjectOfAConnectionIsOneTypesAlone) {
  write("lead.yaml", "types:\n  lead:\n    fields:\n      company: text\n");
  write("mapped.yaml",
        "mapping: lead\nmatch: []\nsystems: {salesforce: {otherwise: skip, variants: {lead: {object: Contact, is: 'Title == \"Lead\"'}}}}\n"
        "fields:\n  company: {in: {salesforce: Department}}\n");
  const std::string files = "models: [lead.yaml]\nmappings: [mapped.yaml]";
  expect_said(
      with(files),
      "lockstep.yaml:4:10: error: connection 'sales': contact and lead stand in one object there, 'Contact': its records would be of one of them alone;");
  const auto of = [&](const std::string& types) {
    return with_connection("sales: {connector: salesforce, secrets: {client_id: {env: A}, client_secret: {env: B}}, types: {" + types + "}}") + files + "\n";
  };
  EXPECT_TRUE(load(of("contact: {enabled: false}"))) << said();
  EXPECT_TRUE(load(of("lead: {enabled: false}"))) << said();
}

TEST_F(ConfigurationTest, EveryMistakeIsToldAtOnce) {
  load(
      "lockstep: 1\nconnections:\n  a: {connector: nothing}\n  b: {connector: hubspot, secrets: {service_key: {env: A}}, types: {contct: {}}}\npolicies: "
      "{acount: {}}\n");
  EXPECT_EQ(findings.size(), 3u) << said();
}

}  // namespace
}  // namespace lockstep
