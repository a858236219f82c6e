// What the judges of versions 1 and 2 share.
import assert from "node:assert/strict";

/** The body of the refusal with which a call ends, as this client throws it. */
export async function refused(promise, status) {
  let answer;
  try {
    answer = await promise;
  } catch (error) {
    assert.equal(error.statusCode, status, String(error?.message ?? error));
    return error.error;
  }
  assert.fail(`expected ${status}, but there was an answer: ${JSON.stringify(answer)}`);
}

/** [{property: "email", value: "…"}], as contacts have it; with "name" for everything else. */
export const pairs = (values, key = "name") => Object.entries(values).map(([name, value]) => ({ [key]: name, value }));
