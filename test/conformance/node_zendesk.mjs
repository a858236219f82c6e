// Judges the Zendesk stand-in with node-zendesk (https://blakmatrix.github.io/node-zendesk/).
import zendesk from "node-zendesk";
import { judge } from "./harness.mjs";
import "./zendesk/sessions.mjs";
import "./zendesk/tickets.mjs";
import "./zendesk/attachments.mjs";
import "./zendesk/people.mjs";
import "./zendesk/organizations.mjs";
import "./zendesk/groups.mjs";
import "./zendesk/lists.mjs";
import "./zendesk/jobs.mjs";
import "./zendesk/changes.mjs";
import "./zendesk/webhooks.mjs";
import "./zendesk/views.mjs";
import "./zendesk/account.mjs";

const options = { username: "agent@example.com", token: "lockstep-api-token" };

await judge("node-zendesk", "zendesk", async (standIn) => {
  const endpointUri = `${standIn.url}/api/v2`;
  const signedIn = (more) => zendesk.createClient({ endpointUri, ...more });
  const load = (object, rows) => standIn.control(`records/${object}`, rows);
  const later = (by) => standIn.control("clock", { advance: by });
  return { standIn, client: signedIn(options), signedIn, load, later, options };
});
