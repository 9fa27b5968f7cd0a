// What the broker refuses: every reply code has its sentence, its way out and exit code 4, and nobody sees a stack trace.
import { beforeAll, describe, test } from "vitest";
import { createDomain, type Domain } from "../support/accounts.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { play } from "../support/transcript.ts";
import { createExchange, createQueue } from "../support/witness.ts";

/** From this version on, arguments that the queue has by default are shown, and a wrong exchange type is a 406. */
const isModern = Number.parseInt(sharedBroker().version, 10) >= 4;

describe("403", () => {
  test("a login with a wrong password names the user, not the password", async () => {
    await play(`
      $ AMQP_PASSWORD=secret-wrong amqp-con -q hello --username guest
      ! ERROR:  (403, "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.")
      ! hint: check user "guest" and its password; guest may log in only from the broker's own machine
      = 4
      $ AMQP_PASSWORD=secret-wrong amqp-pub -k hello --username nobody
      ! ERROR:  (403, "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN. For details see the broker logfile.")
      ! hint: check user "nobody" and its password; guest may log in only from the broker's own machine
      = 4
    `);
  });

  test("names that begin with amq. belong to the broker", async () => {
    await play(`
      $ amqp-con -q amq.mine -Q
      ! ERROR:  (403, "ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.*'")
      ! hint: names that begin with amq. belong to the broker; choose another
      = 4
      $ amqp-pub -e amq.mine -E
      ! ERROR:  (403, "ACCESS_REFUSED - exchange name 'amq.mine' contains reserved prefix 'amq.*'")
      ! hint: names that begin with amq. belong to the broker; choose another
      = 4
    `);
  });

  test("an internal exchange is no matter of permissions", async () => {
    const cast = { words: { inner: await createExchange("fanout", { internal: true }) } };
    await play(
      `
      $ amqp-pub -e inner -m Hello --confirm
      ! Account: read 1 = confirmed 0 + returned 0 + nacked 0 + unconfirmed 1
      ! ERROR:  (403, "ACCESS_REFUSED - cannot publish to internal exchange 'inner' in vhost '/'")
      ! hint: an internal exchange takes messages from other exchanges only: send to one that it is bound to (--bind-exchange)
      = 4
      `,
      cast,
    );
  });
});

/** Newer brokers say which access is refused. */
const [read, lacking] = isModern
  ? ["read access", "the read permission"]
  : ["access", "a permission"];

describe("users who may not do everything", () => {
  let domain: Domain;
  beforeAll(async () => {
    domain = await createDomain(sharedBroker("admin"), {
      users: { writer: [".*", ".*", ""], stranger: undefined },
    });
  });
  const cast = () => ({
    words: { ...domain.names, domain1: domain.vhost },
    env: { AMQP_URL: sharedBroker("admin").url },
  });

  test("403: who may write but not read can send and not consume", async () => {
    await play(
      `
      $ AMQP_PASSWORD=writer123 amqp-pub -q tasks -Q --durable-queue --nad-queue -m work --confirm --username writer --vhost domain1
      ! Created queue: tasks
      > Sent: work
      = 0
      $ AMQP_PASSWORD=writer123 amqp-con -q tasks --username writer --vhost domain1
      ! ERROR:  (403, "ACCESS_REFUSED - ${read} to queue 'tasks' in vhost 'domain1' refused for user 'writer'")
      ! hint: user "writer" lacks ${lacking}: rabbitmqctl list_user_permissions "writer" shows what there is; set_permissions replaces all three (configure, write, read)
      = 4
      $ AMQP_PASSWORD=writer123 amqp-con -q tasks --get --username writer --vhost domain1
      ! ERROR:  (403, "ACCESS_REFUSED - ${read} to queue 'tasks' in vhost 'domain1' refused for user 'writer'")
      ! hint: user "writer" lacks ${lacking}: rabbitmqctl list_user_permissions "writer" shows what there is; set_permissions replaces all three (configure, write, read)
      = 4
      $ AMQP_PASSWORD=writer123 amqp-con -q tasks -e amq.topic --bind-queue -k '#' --username writer --vhost domain1
      ! ERROR:  (403, "ACCESS_REFUSED - ${read} to exchange 'amq.topic' in vhost 'domain1' refused for user 'writer'")
      ! hint: user "writer" lacks ${lacking}: rabbitmqctl list_user_permissions "writer" shows what there is; set_permissions replaces all three (configure, write, read)
      = 4
      `,
      cast(),
    );
  });

  test("530: a user without permissions may not enter the vhost", async () => {
    await play(
      `
      $ AMQP_PASSWORD=stranger123 amqp-pub -k hello --username stranger --vhost domain1
      ! ERROR:  (530, "NOT_ALLOWED - access to vhost 'domain1' refused for user 'stranger'")
      ! hint: user "stranger" has no permissions there; all of them: rabbitmqctl set_permissions -p "domain1" "stranger" ".*" ".*" ".*"
      = 4
      `,
      cast(),
    );
  });
});

describe("404", () => {
  test("a missing queue can be declared, by this side or by the other", async () => {
    await play(
      `
      $ amqp-con -q hello
      ! ERROR:  (404, "NOT_FOUND - no queue 'hello' in vhost '/'")
      ! hint: declare the queue with -Q, or start the side that declares it first
      = 4
      $ amqp-con -q hello --get
      ! ERROR:  (404, "NOT_FOUND - no queue 'hello' in vhost '/'")
      ! hint: declare the queue with -Q, or start the side that declares it first
      = 4
      $ amqp-con -q hello -Q --passive
      ! ERROR:  (404, "NOT_FOUND - no queue 'hello' in vhost '/'")
      ! hint: --passive only looks: leave it out to declare it, or start the side that declares it first
      = 4
      `,
      { names: ["hello"] },
    );
  });

  test("a missing exchange is noticed when sending, checking and binding", async () => {
    const cast = { names: ["logs"], words: { tasks: await createQueue() } };
    await play(
      `
      $ amqp-pub -e logs -m Hello
      > Sent: Hello
      ! Account: read 1 = confirmed 0 + returned 0 + nacked 0 + unconfirmed 1
      ! ERROR:  (404, "NOT_FOUND - no exchange 'logs' in vhost '/'")
      ! hint: declare the exchange with -E (and -t TYPE), or start the side that declares it first
      = 4
      $ amqp-pub -e logs -E --passive -m Hello
      ! ERROR:  (404, "NOT_FOUND - no exchange 'logs' in vhost '/'")
      ! hint: --passive only looks: leave it out to declare it, or start the side that declares it first
      = 4
      $ amqp-con -e logs --bind-queue -q tasks
      ! ERROR:  (404, "NOT_FOUND - no exchange 'logs' in vhost '/'")
      ! hint: declare the exchange with -E (and -t TYPE), or start the side that declares it first
      = 4
      `,
      cast,
    );
  });
});

describe("405", () => {
  test("an exclusive queue belongs to the connection that declared it", async () => {
    await play(
      `
      one $ amqp-con -q mine -Q --exclusive
      one ! Created queue: mine
      two $ amqp-con -q mine
      two ! ERROR:  (405, "RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'mine' in vhost '/'. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.")
      two ! hint: the queue is exclusive to another connection, or exists without --exclusive; use another name or wait until that connection ends
      two = 4
      one ^ SIGTERM
      one ! Stopped
      one = 0
      `,
      { names: ["mine"] },
    );
  });
});

describe("406", () => {
  test("the name for direct replies is no queue to read from", async () => {
    await play(`
      $ amqp-con -q amq.rabbitmq.reply-to
      ! ERROR:  (406, "PRECONDITION_FAILED - reply consumer cannot acknowledge")
      ! hint: that name stands for replies to one's own requests: amqp-pub --rpc receives them
      = 4
    `);
  });

  test("a queue that exists with other properties shows both sides", async () => {
    const cast = { words: { tasks: await createQueue() } };
    const none = isModern ? "'classic'" : "none";
    const sameType = isModern ? "give --queue-type classic" : "leave out --queue-type";
    const asked = isModern ? "'quorum'" : "the value 'quorum' of type 'longstr'";
    await play(
      `
      $ amqp-con -q tasks -Q --durable-queue
      ! ERROR:  (406, "PRECONDITION_FAILED - inequivalent arg 'auto_delete' for queue 'tasks' in vhost '/': received 'true' but current is 'false'")
      ! hint: queue tasks exists with auto_delete=false, you asked for auto_delete=true; give --nad-queue, use another name, or delete it
      = 4
      $ amqp-con -q tasks -Q --durable-queue --nad-queue --queue-ttl 60000
      ! ERROR:  (406, "PRECONDITION_FAILED - inequivalent arg 'x-expires' for queue 'tasks' in vhost '/': received the value '60000' of type 'signedint' but current is none")
      ! hint: queue tasks exists with x-expires=none, you asked for x-expires=60000; leave out --queue-ttl, use another name, or delete it
      = 4
      $ amqp-pub -q tasks -Q --queue-type quorum
      ! ERROR:  (406, "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'tasks' in vhost '/': received ${asked} but current is ${none}")
      ! hint: queue tasks exists with x-queue-type=${none.replaceAll("'", "")}, you asked for x-queue-type=quorum; ${sameType}, use another name, or delete it
      = 4
      `,
      cast,
    );
  });

  test("so does an exchange", async () => {
    const cast = { words: { logs: await createExchange("topic", { durable: false }) } };
    await play(
      `
      $ amqp-con -e logs -E -t fanout --nad-exchange -Q --exclusive --bind-queue
      ! ERROR:  (406, "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'logs' in vhost '/': received 'fanout' but current is 'topic'")
      ! hint: exchange logs exists with type=topic, you asked for type=fanout; give -t topic, use another name, or delete it
      = 4
      $ amqp-con -e logs -E -t topic --nad-exchange --durable-exchange -Q --exclusive --bind-queue
      ! ERROR:  (406, "PRECONDITION_FAILED - inequivalent arg 'durable' for exchange 'logs' in vhost '/': received 'true' but current is 'false'")
      ! hint: exchange logs exists with durable=false, you asked for durable=true; leave out --durable-exchange, use another name, or delete it
      = 4
      `,
      cast,
    );
  });

  test("an exchange type that the broker does not have is refused, by 503 on old brokers", async () => {
    const code = isModern ? '406, "PRECONDITION_FAILED' : '503, "COMMAND_INVALID';
    await play(
      `
      $ amqp-pub -e logs -E -t fan-out -m Hello
      ! ERROR:  (${code} - unknown exchange type 'fan-out'")
      ! hint: -t must name a type that this broker has; further types come with plugins
      = 4
      `,
      { names: ["logs"] },
    );
  });
});

describe("530", () => {
  test("a vhost that does not exist can be created", async () => {
    await play(`
      $ amqp-pub -k hello --vhost nowhere-to-be-found
      ! ERROR:  (530, "NOT_ALLOWED - vhost nowhere-to-be-found not found")
      ! hint: create it (rabbitmqctl add_vhost "nowhere-to-be-found") or check --vhost
      = 4
    `);
  });
});
