import express, { type ErrorRequestHandler, type Express } from "express";
import type { LogRecord } from "./log.js";
import { makeRelease } from "./release.js";

const maxCommits = 5000;

/** The service, not yet listening: POST /v1/release and GET /healthz. */
export function createApp(): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "1mb" }));

  app.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });

  app.post("/v1/release", (request, response) => {
    const body = readBody(request.body);
    if (typeof body === "string") {
      response.status(422).type("application/problem+json").send({ title: body, status: 422 });
      return;
    }
    response.json(makeRelease(body.current, body.commits));
  });

  app.use((request, response) => {
    response.status(404).type("application/problem+json").send({ title: `Nothing at ${request.path}`, status: 404 });
  });
  app.use(reportError);
  return app;
}

/** Returns what is wrong, for the user, instead of throwing. */
function readBody(body: unknown): { current: string; commits: LogRecord[] } | string {
  if (typeof body !== "object" || body === null || !("current" in body) || typeof body.current !== "string") {
    return "current: the present version is missing";
  }
  if (!("commits" in body) || !Array.isArray(body.commits)) {
    return "commits: a list is missing";
  }
  if (body.commits.length > maxCommits) {
    return `commits: at most ${maxCommits}`;
  }
  const commits: LogRecord[] = [];
  for (const [index, item] of (body.commits as unknown[]).entries()) {
    if (!isRecord(item)) {
      return `commits[${index}]: needs id and message, both text`;
    }
    commits.push({ id: item.id, message: item.message });
  }
  return { current: body.current, commits };
}

function isRecord(value: unknown): value is LogRecord {
  return (
    typeof value === "object" && value !== null &&
    "id" in value && typeof value.id === "string" &&
    "message" in value && typeof value.message === "string"
  );
}

/** A bad request says why; anything else is our fault and says nothing. */
const reportError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) {
    next(error);
    return;
  }
  const status = error instanceof RangeError ? 422 : statusOf(error);
  const title = status < 500 && error instanceof Error ? error.message : "Internal error";
  response.status(status).type("application/problem+json").send({ title, status });
};

function statusOf(error: unknown): number {
  return typeof error === "object" && error !== null && "status" in error && typeof error.status === "number" ? error.status : 500;
}
