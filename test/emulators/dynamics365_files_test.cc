// Files in blocks and ranges, fetches over several tables, search.
#include "test/emulators/dynamics365_fixture.h"

namespace lockstep::emulators::dynamics365 {
namespace {

class FileTransfers : public Dynamics365Test {
 protected:
  std::string target(const std::string& table, const std::string& id, const std::string& more = "") {
    std::string key = table == "annotation" ? "annotationid" : table == "account" ? "accountid" : "activitymimeattachmentid";
    return R"("Target":{"@odata.type":"Microsoft.Dynamics.CRM.)" + table + "\",\"" + key + "\":\"" + id + "\"" + more + "}";
  }
  std::string block(const std::string& token, const std::string& id, const std::string& bytes) {
    return R"({"FileContinuationToken":")" + token + R"(","BlockId":")" + id + R"(","BlockData":")" + to_base64(bytes) + "\"}";
  }
  static std::string file(const std::string& account) { return "accounts(" + account + ")/lockstep_document"; }
};

// fact: §6.8
TEST_F(FileTransfers, ANoteTakesItsFileInBlocksInTheOrderOfTheirList) {
  std::string note = make("annotations", R"({"subject":"s"})");
  std::string named = target("annotation", note, R"(,"filename":"a.txt","mimetype":"text/plain")");
  std::string token = post("InitializeAnnotationBlocksUpload", "{" + named + "}").at("/FileContinuationToken");
  EXPECT_EQ(post("UploadBlock", block(token, "b2", "world")).status, 204);
  EXPECT_EQ(post("UploadBlock", block(token, "b1", "hello ")).status, 204);
  EXPECT_EQ(get("annotations(" + note + ")").at("/filesize"), "null") << "nothing was committed";
  std::string commit = "{" + named + R"(,"FileContinuationToken":")" + token + R"(","BlockList":["b1","b2"]})";
  EXPECT_EQ(post("CommitAnnotationBlocksUpload", R"({"FileContinuationToken":")" + token + R"(","BlockList":["b3"]})").status, 400);
  Answer done = post("CommitAnnotationBlocksUpload", commit);
  EXPECT_EQ(done.at("/AnnotationId"), note) << done.text;
  EXPECT_EQ(done.at("/FileSizeInBytes"), "11");
  Answer read = get("annotations(" + note + ")");
  EXPECT_EQ(read.at("/documentbody"), to_base64("hello world"));
  EXPECT_EQ(read.at("/filename") + " " + read.at("/mimetype") + " " + read.at("/filesize") + " " + read.at("/isdocument"), "a.txt text/plain 11 true");
  EXPECT_EQ(post("CommitAnnotationBlocksUpload", commit).status, 400) << "the token is used up";
}

// fact: §6.8
TEST_F(FileTransfers, ANotesFileIsGivenInBlocks) {
  std::string note = make("annotations", R"({"subject":"s","isdocument":true,"filename":"a.txt","documentbody":")" + to_base64("hello world") + "\"}");
  Answer begun = post("InitializeAnnotationBlocksDownload", "{" + target("annotation", note) + "}");
  EXPECT_EQ(begun.at("/FileName") + begun.at("/FileSizeInBytes"), "a.txt11");
  auto part = [&](const std::string& offset, const std::string& length) {
    return post("DownloadBlock",
                R"({"FileContinuationToken":")" + begun.at("/FileContinuationToken") + R"(","Offset":)" + offset + ",\"BlockLength\":" + length + "}");
  };
  EXPECT_EQ(part("6", "100").at("/Data"), to_base64("world"));
  EXPECT_EQ(part("12", "1").status, 400);
  EXPECT_EQ(post("InitializeAnnotationBlocksDownload", "{" + target("annotation", make("annotations", R"({"subject":"s"})")) + "}").status, 404);
  EXPECT_EQ(post("UploadBlock", block(begun.at("/FileContinuationToken"), "b", "x")).status, 400) << "it is a download";
}

// fact: §6.1
TEST_F(FileTransfers, AFileColumnTakesBlocks) {
  std::string id = account();
  Answer begun = post("InitializeFileBlocksUpload", "{" + target("account", id) + R"(,"FileAttributeName":"lockstep_document","FileName":"a.txt"})");
  std::string token = begun.at("/FileContinuationToken");
  post("UploadBlock", block(token, "b1", "hello"));
  Answer done = post("CommitFileBlocksUpload", R"({"FileName":"b.txt","MimeType":"text/plain","FileContinuationToken":")" + token + R"(","BlockList":["b1"]})");
  EXPECT_EQ(done.status, 200) << done.text;
  Answer read = get("accounts(" + id + ")?$select=lockstep_document,lockstep_document_name");
  EXPECT_EQ(read.at("/lockstep_document"), done.at("/FileId"));
  EXPECT_EQ(read.at("/lockstep_document_name"), "b.txt");
  EXPECT_EQ(get(file(id) + "/$value").text, "hello");
  EXPECT_EQ(post("DeleteFile", R"({"FileId":")" + done.at("/FileId") + "\"}").status, 204);
  EXPECT_EQ(get(file(id) + "/$value").status, 404);
  EXPECT_EQ(get("accounts(" + id + ")").at("/lockstep_document"), "null");
  EXPECT_EQ(post("InitializeFileBlocksUpload", "{" + target("account", id) + R"(,"FileAttributeName":"name","FileName":"a"})").status, 400);
}

// fact: §6.1, §9.1
TEST_F(FileTransfers, AFileColumnTakesRangesAtItsOwnAddress) {
  std::string id = account();
  Answer begun = send("PATCH", kApi + file(id) + "?x-ms-file-name=a.bin", "", {{"x-ms-transfer-mode", "chunked"}});
  EXPECT_EQ(begun.header("x-ms-chunk-size"), "4194304");
  std::string session = begun.header("Location").substr(std::string(kOrigin).size());
  auto part = [&](const std::string& range, const std::string& bytes) {
    return send("PATCH", session, bytes, {{"Content-Range", range}, {"x-ms-transfer-mode", "chunked"}}).status;
  };
  EXPECT_EQ(part("bytes 5-10/11", " world"), 416) << "there is nothing before it";
  EXPECT_EQ(part("bytes 0-4/11", "hello"), 206);
  EXPECT_EQ(part("bytes 5-10/11", " world"), 204);
  Answer some = get(file(id), {{"Range", "bytes=0-4"}});
  EXPECT_EQ(some.status, 206);
  EXPECT_EQ(some.at("/value"), to_base64("hello"));
  EXPECT_EQ(some.header("x-ms-file-name") + some.header("x-ms-file-size"), "a.bin11");
  EXPECT_EQ(send("PATCH", kApi + file(id), "whole", {{"x-ms-file-name", "c.txt"}}).status, 204);
  EXPECT_EQ(get(file(id) + "/$value").text, "whole");
  EXPECT_EQ(remove(file(id)).status, 204);
  EXPECT_EQ(remove(file(id)).status, 404);
}

class Fetches : public Dynamics365Test {
 protected:
  Fetches() {
    std::string big = make("accounts", R"({"name":"Big","revenue":100,"numberofemployees":10})"), small = make("accounts", R"({"name":"Small","revenue":5})");
    for (const auto& [name, of] : {std::pair<const char*, std::string>{"Ann", big}, {"Bob", big}, {"Cid", small}, {"Big", ""}})
      make("contacts",
           R"({"lastname":")" + std::string(name) + "\"" + (of.empty() ? "" : ",\"parentcustomerid_account@odata.bind\":\"/accounts(" + of + ")\"") + "}");
  }
  Answer fetch(const std::string& set, const std::string& xml) { return get(set + "?fetchXml=" + percent_encode(xml)); }
  std::string names(const std::string& conditions, const std::string& kind = "inner") {
    Answer answer =
        fetch("contacts", "<fetch><entity name='contact'><attribute name='lastname'/>" + conditions +
                              "<order attribute='lastname'/><link-entity name='account' from='accountid' to='parentcustomerid' alias='a' link-type='" + kind +
                              "'/></entity></fetch>");
    if (answer.status != 200) return answer.text;
    std::string joined;
    for (const json::value& row : answer.body.at("value").as_array()) joined += std::string(row.at("lastname").as_string()) + " ";
    return joined;
  }
};

// fact: §2.13
TEST_F(Fetches, ConditionsLookAtOtherTables) {
  EXPECT_EQ(names("<filter><condition entityname='a' attribute='revenue' operator='gt' value='50'/></filter>"), "Ann Bob ");
  EXPECT_EQ(names("<filter type='or'><condition entityname='a' attribute='name' operator='eq' value='Small'/><condition attribute='lastname' operator='eq' "
                  "value='Ann'/></filter>"),
            "Ann Cid ");
  EXPECT_EQ(names("<filter><condition entityname='a' attribute='accountid' operator='null'/></filter>", "outer"), "Big ");
  EXPECT_EQ(names("<filter><condition entityname='a' attribute='name' operator='like' value='s%'/></filter>", "outer"), "Cid ");
  EXPECT_NE(names("<filter><condition entityname='b' attribute='name' operator='eq' value='x'/></filter>").find("joins no entity"), std::string::npos);
}

// fact: §2.13
TEST_F(Fetches, ConditionsCompareColumns) {
  EXPECT_EQ(names("<filter><condition attribute='lastname' operator='eq' valueof='a.name'/></filter>"), "");
  EXPECT_EQ(names("<filter><condition attribute='lastname' operator='lt' valueof='a.name'/></filter>"), "Ann Cid ");
  Answer same = fetch("accounts",
                      "<fetch><entity name='account'><attribute name='name'/><filter><condition attribute='name' operator='eq' "
                      "valueof='accountnumber'/></filter></entity></fetch>");
  EXPECT_EQ(same.rows(), 0u);
  EXPECT_EQ(
      fetch("accounts", "<fetch><entity name='account'><filter><condition attribute='name' operator='eq' valueof='revenue'/></filter></entity></fetch>").status,
      400);
}

// fact: §2.13
TEST_F(Fetches, LinksMayAskWhetherThereIsARowAtAll) {
  auto accounts = [&](const std::string& kind) {
    Answer answer = fetch(
        "accounts",
        "<fetch><entity name='account'><attribute name='name'/><link-entity name='contact' from='parentcustomerid' to='accountid' link-type='" + kind +
            "'><filter><condition attribute='lastname' operator='in'><value>Ann</value><value>Bob</value></condition></filter></link-entity></entity></fetch>");
    return answer.status == 200 ? answer.at("/value/0/name") + std::to_string(answer.rows()) : answer.text;
  };
  EXPECT_EQ(accounts("inner"), "Big2");
  EXPECT_EQ(accounts("exists"), "Big1");
  EXPECT_EQ(accounts("any"), "Big1");
  EXPECT_EQ(accounts("not any"), "Small1");
}

// fact: §2.13
TEST_F(Fetches, LinksWithinAFilterAskOfRelatedRowsAndAllMeansNone) {
  make("accounts", R"({"name":"Lonely"})");
  auto accounts = [&](const std::string& kind) {
    Answer answer = fetch("accounts",
                          "<fetch><entity name='account'><attribute name='name'/><order attribute='name'/><filter><link-entity name='contact' "
                          "from='parentcustomerid' to='accountid' link-type='" +
                              kind + "'><filter><condition attribute='lastname' operator='eq' value='Ann'/></filter></link-entity></filter></entity></fetch>");
    std::string joined;
    if (answer.status != 200) return answer.text;
    for (const json::value& row : answer.body.at("value").as_array()) joined += std::string(row.at("name").as_string()) + " ";
    return joined;
  };
  EXPECT_EQ(accounts("any"), "Big ");
  EXPECT_EQ(accounts("not any"), "Lonely Small ");
  EXPECT_EQ(accounts("all"), "Small ") << "there are contacts, and none of them fits";
  EXPECT_EQ(accounts("not all"), "Big ");
  EXPECT_NE(accounts("inner").find("not valid within a filter"), std::string::npos);
  EXPECT_EQ(names("<filter type='or'><condition attribute='lastname' operator='eq' value='Big'/><link-entity name='account' from='accountid' "
                  "to='parentcustomerid' link-type='any'>"
                  "<filter><condition attribute='name' operator='eq' value='Small'/></filter></link-entity></filter>",
                  "outer"),
            "Big Cid ")
      << "the way up, beside another condition";
}

// fact: §2.13
TEST_F(Fetches, ALinkMayTakeTheFirstRowAloneAndAnOuterOneCompareWithRowsBeforeIt) {
  Answer first =
      fetch("accounts",
            "<fetch><entity name='account'><attribute name='name'/><order attribute='name'/><link-entity name='contact' from='parentcustomerid' to='accountid' "
            "link-type='matchfirstrowusingcrossapply' alias='c'><attribute name='lastname'/></link-entity></entity></fetch>");
  EXPECT_EQ(first.rows(), 2u) << first.text;
  Answer outer =
      fetch("accounts",
            "<fetch><entity name='account'><attribute name='name'/><order attribute='name'/><link-entity name='contact' from='parentcustomerid' to='accountid' "
            "link-type='outer' alias='c'><attribute name='lastname'/><filter><condition attribute='lastname' operator='gt' "
            "valueof='account.name'/></filter></link-entity></entity></fetch>");
  EXPECT_EQ(outer.rows(), 2u) << outer.text;
  EXPECT_EQ(outer.at("/value/0/name") + outer.at("/value/0/c_x002e_lastname"), "BigBob") << "Ann does not come after Big";
  EXPECT_EQ(outer.at("/value/1/name"), "Small") << "nobody fits, and the account stays";
}

// fact: §2.13
TEST_F(Fetches, ASelectOfSqlIsAFetch) {
  auto sql = [&](const std::string& set, const std::string& text) { return get(set + "?sql=" + percent_encode(text)); };
  auto names = [&](const std::string& where) {
    Answer answer = sql("contacts", "SELECT lastname FROM contact c WHERE " + where + " ORDER BY lastname");
    std::string joined;
    if (answer.status != 200) return answer.message();
    for (const json::value& row : answer.body.at("value").as_array()) joined += std::string(row.at("lastname").as_string()) + " ";
    return joined;
  };
  EXPECT_EQ(names("lastname LIKE 'B%'"), "Big Bob ");
  EXPECT_EQ(names("c.lastname IN ('Ann', N'Cid') OR (c.lastname = 'Bob' AND parentcustomerid IS NOT NULL)"), "Ann Bob Cid ");
  EXPECT_EQ(names("lastname NOT LIKE 'B%' AND lastname <> 'Ann'"), "Cid ");
  EXPECT_EQ(names("parentcustomerid IS NULL"), "Big ");
  Answer joined =
      sql("contacts", "SELECT TOP 2 c.lastname, a.name AS company FROM contact c LEFT JOIN account a ON c.parentcustomerid = a.accountid ORDER BY c.lastname");
  EXPECT_EQ(joined.rows(), 2u) << joined.text;
  EXPECT_EQ(joined.at("/value/0/lastname") + " " + joined.at("/value/0/company"), "Ann Big");
  Answer counted = sql("contacts", "SELECT a.name, COUNT(*) AS people FROM contact JOIN account a ON parentcustomerid = a.accountid GROUP BY a.name");
  EXPECT_EQ(counted.at("/value/0/name") + counted.at("/value/0/people"), "Big2") << counted.text;
  EXPECT_EQ(sql("accounts", "SELECT name FROM account WHERE revenue BETWEEN 50 AND 200").at("/value/0/name"), "Big");
  EXPECT_EQ(sql("contacts", "SELECT lastname FROM contact ORDER BY lastname OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY").at("/value/0/lastname"), "Bob");
  for (const char* wrong : {"SELECT * FROM contact", "SELECT lastname FROM contact WHERE", "DELETE FROM contact", "SELECT lastname FROM contact; DROP",
                            "SELECT x.lastname FROM contact", "SELECT lastname FROM contact WHERE lastname = 'open", "SELECT UPPER(lastname) FROM contact",
                            "SELECT shoesize FROM contact", "SELECT name FROM account"})
    EXPECT_EQ(sql("contacts", wrong).status, 400) << wrong;
}

// fact: §2.13
TEST_F(Fetches, AggregatesLookAtLinkedTables) {
  Answer answer = fetch("contacts",
                        "<fetch aggregate='true'><entity name='contact'><attribute name='contactid' alias='people' aggregate='count'/>"
                        "<link-entity name='account' from='accountid' to='parentcustomerid' alias='a'><attribute name='name' alias='company' groupby='true'/>"
                        "<attribute name='revenue' alias='most' aggregate='max'/></link-entity></entity></fetch>");
  EXPECT_EQ(answer.rows(), 2u) << answer.text;
  EXPECT_EQ(answer.at("/value/0/company") + answer.at("/value/0/people"), "Big2");
  EXPECT_EQ(answer.at("/value/1/company") + answer.at("/value/1/people"), "Small1");
  EXPECT_EQ(answer.body.at("value").as_array()[0].at("most").to_number<double>(), 100);
}

class Search : public Dynamics365Test {
 protected:
  Answer ask(const std::string& kind, const std::string& body, const std::string& version = "v1.0") {
    return send("POST", "/api/search/" + version + "/" + kind, body, {{"Content-Type", "application/json"}});
  }
  /// A second after whatever was asked before.
  Answer search(const std::string& kind, const std::string& body, const std::string& version = "v1.0") {
    advance(Duration(1'000));
    return ask(kind, body, version);
  }
};

// fact: §4.4
TEST_F(Search, FindsWordsInTheTextsOfSeveralTables) {
  std::string company = account("Blue Whale"), person = contact("Whale");
  contact("Whaley");
  Answer found = search("query", R"({"search":"whale","returntotalrecordcount":true})");
  EXPECT_EQ(found.at("/totalrecordcount"), "2") << found.text;
  EXPECT_EQ(found.at("/value/0/@search.objectid"), company);
  EXPECT_EQ(found.at("/value/0/@search.highlights/name/0"), "Blue {crmhit}Whale{/crmhit}");
  EXPECT_EQ(search("query", R"({"search":"whale*","entities":["contact"]})").rows(), 2u);
  EXPECT_EQ(search("query", R"({"search":"blue sky","searchmode":"all"})").rows(), 0u);
  EXPECT_EQ(search("query", R"({"search":"blue sky"})").rows(), 1u);
  EXPECT_EQ(search("query", R"({"search":"whale","filter":"name eq 'Blue Whale'","entities":["account"]})").rows(), 1u);
  EXPECT_EQ(search("query", R"({"search":"whale","entities":["elephant"]})").status, 400);
  EXPECT_EQ(search("query", R"({"search":""})").status, 400);
  json::value newer = json::parse(search("query", R"({"search":"whale","count":true})", "v2.0").at("/response"));
  EXPECT_EQ(newer.at("Count"), 2);
  EXPECT_EQ(newer.at_pointer("/Value/1/Id"), json::value(person));
}

// fact: §4.4
TEST_F(Search, SuggestsAndCompletesBeginnings) {
  account("Blue Whale");
  EXPECT_EQ(search("suggest", R"({"search":"wha"})").at("/value/0/text"), "Blue {crmhit}Wha{/crmhit}le");
  EXPECT_EQ(search("autocomplete", R"({"search":"wha"})").at("/value"), "{crmhit}whale{/crmhit}");
  EXPECT_EQ(search("suggest", R"({"search":"wh"})").status, 400);
}

// fact: §4.4
TEST_F(Search, IsForOneAskPerSecond) {
  EXPECT_EQ(search("query", R"({"search":"whale"})").status, 200);
  Answer again = ask("query", R"({"search":"whale"})");
  EXPECT_EQ(again.status, 429);
  EXPECT_EQ(again.header("Retry-After"), "1");
}

}  // namespace
}  // namespace lockstep::emulators::dynamics365
