// The scenarios, the same for every version of the client.
import "./oauth.mjs";
import "./records.mjs";
import "./batches.mjs";
import "./search.mjs";
import "./associations.mjs";
import "./schema.mjs";
import "./webhooks.mjs";
import "./limits.mjs";
import "./transfers.mjs";
import "./values.mjs";
import "./journal.mjs";
import "./types.mjs";
import "./lists.mjs";
