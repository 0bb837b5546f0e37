#include "api/openapi.hpp"

#include <string_view>

namespace taskrunner::api {
namespace {

constexpr std::string_view paths = R"json({
"openapi": "3.1.0",
"info": {"title": "task-runner", "version": "1", "description": "Durable tasks: add them, look at them, act on them."},
"security": [{}, {"bearer": []}, {"page": []}],
"paths": {
"/api/v1/tasks": {
  "get": {"operationId": "listTasks", "summary": "The tasks that match, in order",
    "parameters": [
      {"$ref": "#/components/parameters/query"}, {"$ref": "#/components/parameters/sort"},
      {"$ref": "#/components/parameters/skip"}, {"$ref": "#/components/parameters/limit"}],
    "responses": {"200": {"$ref": "#/components/responses/Tasks"}, "default": {"$ref": "#/components/responses/Problem"}}},
  "post": {"operationId": "addTasks", "summary": "Adds one task, or a list of them of which each is answered for itself",
    "requestBody": {"required": true, "content": {"application/json": {"schema": {"oneOf": [
      {"$ref": "#/components/schemas/NewTask"}, {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/NewTask"}}]}}}},
    "responses": {"201": {"$ref": "#/components/responses/Added"}, "200": {"$ref": "#/components/responses/Added"},
      "207": {"$ref": "#/components/responses/Added"}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/api/v1/tasks/export": {"get": {"operationId": "exportTasks", "summary": "A page of the whole store in order of ids; an empty page is the end",
  "parameters": [{"name": "after", "in": "query", "description": "the id of the last task of the page before", "schema": {"$ref": "#/components/schemas/Id"}},
    {"name": "limit", "in": "query", "description": "a page ends early above 4 MiB", "schema": {"type": "integer", "minimum": 1, "maximum": 1000}}],
  "responses": {"200": {"description": "a task a line, canonical Extended JSON", "content": {"application/x-ndjson": {"schema": {"type": "string"}}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/api/v1/tasks/import": {"post": {"operationId": "importTasks", "summary": "Takes lines of an export in, at most 1,000 and 16 MiB; a repeat does no harm",
  "requestBody": {"required": true, "content": {"application/x-ndjson": {"schema": {"type": "string"}}}},
  "responses": {"200": {"$ref": "#/components/responses/Imported"}, "207": {"$ref": "#/components/responses/Imported"}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/api/v1/tasks/watch": {
  "get": {"operationId": "watchTasks", "summary": "The same list live: the events list and change", "parameters": [
      {"$ref": "#/components/parameters/query"}, {"$ref": "#/components/parameters/sort"},
      {"$ref": "#/components/parameters/skip"}, {"$ref": "#/components/parameters/limit"},
      {"name": "Last-Event-ID", "in": "header", "description": "the id of the last event that was seen", "schema": {"type": "string"}}],
    "responses": {"200": {"description": "Server-Sent Events", "content": {"text/event-stream": {}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/api/v1/tasks/{id}/explain": {"parameters": [{"$ref": "#/components/parameters/id"}],
  "get": {"operationId": "explainTask", "summary": "Why it waits, or where it is",
    "responses": {"200": {"description": "the reason", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Explanation"}}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/api/v1/tasks/{id}": {"parameters": [{"$ref": "#/components/parameters/id"}],
  "get": {"operationId": "getTask", "responses": {"200": {"$ref": "#/components/responses/Task"}, "default": {"$ref": "#/components/responses/Problem"}}},
  "delete": {"operationId": "removeTask", "summary": "Refused while a host holds the task", "responses": {"204": {"description": "gone"}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/api/v1/tasks/{id}/{action}": {
  "parameters": [{"$ref": "#/components/parameters/id"}, {"name": "action", "in": "path", "required": true, "schema": {"enum": ["stop", "pause", "resume", "retry"]}}],
  "post": {"operationId": "actOnTask", "responses": {"200": {"$ref": "#/components/responses/Task"}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/api/v1/tasks/{id}/logs": {"parameters": [{"$ref": "#/components/parameters/id"}],
  "get": {"operationId": "taskLogs", "summary": "Its last lines, where it runs or ran lately at this host",
    "responses": {"200": {"description": "oldest first", "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/LogLine"}}}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/api/v1/hosts": {"get": {"operationId": "listHosts",
  "responses": {"200": {"description": "the hosts of this store", "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Host"}}}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/api/v1/session": {
  "get": {"operationId": "showSession", "summary": "Who is here, where the host asks", "responses": {"200": {"$ref": "#/components/responses/Session"}, "default": {"$ref": "#/components/responses/Problem"}}},
  "post": {"operationId": "logIn", "summary": "The page's cookie for a token", "security": [],
    "requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "object", "required": ["token"], "properties": {"token": {"type": "string"}}}}}},
    "responses": {"201": {"$ref": "#/components/responses/Session"}, "default": {"$ref": "#/components/responses/Problem"}}},
  "delete": {"operationId": "logOut", "parameters": [{"name": "X-CSRF-Token", "in": "header", "required": true, "schema": {"type": "string"}}],
    "responses": {"204": {"description": "the session is over"}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/healthz": {"get": {"operationId": "health", "responses": {"200": {"description": "alive", "content": {"text/plain": {}}}}}},
"/readyz": {"get": {"operationId": "readiness", "responses": {"200": {"description": "ready for work", "content": {"text/plain": {}}}, "default": {"$ref": "#/components/responses/Problem"}}}},
"/metrics": {"get": {"operationId": "metrics", "responses": {"200": {"description": "Prometheus text", "content": {"text/plain": {}}}}}}
},
)json";

constexpr std::string_view components = R"json("components": {
"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": "where the host runs with --auth"},
  "page": {"type": "apiKey", "in": "cookie", "name": "task_runner_PORT", "description": "the page's; changes take the header X-CSRF-Token too"}},
"parameters": {"id": {"name": "id", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/Id"}},
  "query": {"name": "query", "in": "query", "description": "a filter in MongoDB's query language", "content": {"application/json": {"schema": {"type": "object"}}}},
  "sort": {"name": "sort", "in": "query", "description": "{field: 1 or -1}; by id where absent", "content": {"application/json": {"schema": {"type": "object"}}}},
  "skip": {"name": "skip", "in": "query", "schema": {"type": "integer", "minimum": 0}},
  "limit": {"name": "limit", "in": "query", "description": "1,000 where absent or 0; skip + limit is at most 10,000", "schema": {"type": "integer", "minimum": 0}}},
"responses": {
  "Task": {"description": "the task", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Task"}}}},
  "Tasks": {"description": "the tasks", "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Task"}}}}},
  "Added": {"description": "201: added; 200: it was there already; 207: of a list, not all were taken",
    "content": {"application/json": {"schema": {"oneOf": [{"$ref": "#/components/schemas/Task"},
      {"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/Task"}, {"$ref": "#/components/schemas/Problem"}]}}]}}}},
  "Imported": {"description": "200: all lines were taken or there already; 207: some were refused", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ImportReport"}}}},
  "Session": {"description": "who is here", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Session"}}}},
  "Problem": {"description": "why not (RFC 9457)", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}},
"schemas": {
  "Id": {"type": "string", "pattern": "^[0-9a-fA-F]{24}$"},
  "Time": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"},
  "NewTask": {"type": "object", "properties": {
    "versionedTopic": {"type": "string", "minLength": 1, "maxLength": 200}, "data": {}, "priority": {"type": "number"},
    "waitUntil": {"type": "string", "description": "a time, or a length such as +10s"},
    "uniqueKey": {"type": "string", "minLength": 1, "maxLength": 1000}, "maxAttempts": {"type": "integer", "minimum": 1}}},
  "Task": {"type": "object", "required": ["id", "state", "versionedTopic", "createdAt", "updatedAt"],
    "not": {"anyOf": [{"required": ["lease"]}, {"required": ["_id"]}, {"required": ["__v"]}]}, "properties": {
    "id": {"$ref": "#/components/schemas/Id"}, "state": {"enum": ["to do", "running", "paused", "completed"]},
    "versionedTopic": {"type": "string"}, "data": {}, "response": {}, "priority": {"type": "number"},
    "applicant": {"type": "string"}, "worker": {"type": "string"},
    "createdAt": {"$ref": "#/components/schemas/Time"}, "updatedAt": {"$ref": "#/components/schemas/Time"},
    "deleteAt": {"$ref": "#/components/schemas/Time"}, "waitUntil": {"$ref": "#/components/schemas/Time"},
    "startedAt": {"$ref": "#/components/schemas/Time"}, "completedAt": {"$ref": "#/components/schemas/Time"},
    "publicUrl": {"type": "string"},
    "availableActions": {"type": "object", "properties": {"stop": {"type": "boolean"}, "pause": {"type": "boolean"}, "resume": {"type": "boolean"}}},
    "outcome": {"enum": ["success", "failed", "cancelled", "dead"]}, "rev": {"type": "integer"}, "epoch": {"type": "integer"},
    "attempts": {"type": "integer"}, "maxAttempts": {"type": "integer"}, "losses": {"type": "integer"},
    "errors": {"type": "array"}, "progress": {}, "checkpoint": {}, "uniqueKey": {"type": "string"},
    "signal": {"type": "object"}, "schedule": {"type": "object"}}},
  "ImportReport": {"type": "object", "required": ["added", "known", "problems"], "properties": {
    "added": {"type": "integer"}, "known": {"type": "integer", "description": "there already, the same in all fields"},
    "problems": {"type": "array", "items": {"type": "object", "required": ["line", "detail"], "properties": {"line": {"type": "integer", "minimum": 1}, "detail": {"type": "string"}}}}}},
  "Explanation": {"type": "object", "required": ["id", "state", "why", "text"], "properties": {
    "id": {"$ref": "#/components/schemas/Id"}, "state": {"enum": ["to do", "running", "paused", "completed"]},
    "why": {"enum": ["no-host", "not-yet", "no-slot", "due", "parked", "held", "held-paused", "asked", "other-kind", "ended"]},
    "text": {"type": "string"}, "until": {"$ref": "#/components/schemas/Time"}, "worker": {"type": "string"}, "by": {"type": "string"}, "ahead": {"type": "integer"},
    "hosts": {"type": "array", "items": {"type": "object", "required": ["instance", "capacity"], "properties": {
      "instance": {"type": "string"}, "capacity": {"type": "integer"}, "held": {"type": "integer"}}}}}},
  "LogLine": {"type": "object", "required": ["time", "level", "text"], "properties": {
    "time": {"$ref": "#/components/schemas/Time"}, "level": {"enum": ["debug", "info", "warning", "error"]}, "text": {"type": "string"}}},
  "Host": {"type": "object", "required": ["id", "instance", "baseUrl", "topics", "capacity", "startedAt", "until", "lost"], "properties": {
    "id": {"$ref": "#/components/schemas/Id"}, "instance": {"type": "string"}, "baseUrl": {"type": "string"},
    "topics": {"type": "array", "items": {"type": "string"}}, "capacity": {"type": "integer"},
    "startedAt": {"$ref": "#/components/schemas/Time"}, "until": {"$ref": "#/components/schemas/Time"}, "lost": {"type": "boolean"}, "clockAheadMs": {"type": "integer"}}},
  "Session": {"type": "object", "required": ["name", "role"], "properties": {
    "name": {"type": "string"}, "role": {"enum": ["viewer", "operator", "admin"]}, "topics": {"type": "array", "items": {"type": "string"}},
    "expiresAt": {"$ref": "#/components/schemas/Time"}, "csrfToken": {"type": "string", "description": "with a cookie"}}},
  "Problem": {"type": "object", "required": ["type", "title", "status", "detail"], "properties": {
    "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}, "instance": {"type": "string"}}}
}}}
)json";

}  // namespace

std::string openapi_document() { return std::string(paths) + std::string(components); }

}  // namespace taskrunner::api
