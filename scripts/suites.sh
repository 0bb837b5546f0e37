# Every test suite, one line each. To add one, add a line.
#
#   name        as in ./test NAME
#   exists      the suite is there when this path or pattern matches a file; else it is not listed
#   targets     what must be built in build/ before it runs (an outdated or missing target fails the suite)
#   needs       beyond the build: chromium, nginx, pip, python, mongod
#   way         beside: two run at a time; alone: nothing runs beside it (it loads both cores, or measures time);
#               long: as alone, and only when it is named or by ./test --long
#   command     run from the project's root; exit code 0 is success
#
# C++ suites come first and quick ones before slow ones; suites that build for themselves stand at the end.
readonly suite_table='
base        | src/base/*_test.cpp           | base_test                 |                | beside | build/tests/base_test
doc         | src/doc/*_test.cpp            | doc_test                  |                | beside | build/tests/doc_test
query       | src/query/*_test.cpp          | query_test                |                | beside | build/tests/query_test
core        | src/core/*_test.cpp           | core_test                 |                | beside | build/tests/core_test
store       | src/store/*_test.cpp          | store_test                |                | beside | build/tests/store_test
fleet       | src/fleet/*_test.cpp          | fleet_test                |                | beside | build/tests/fleet_test
live        | src/live/*_test.cpp           | live_test                 |                | beside | build/tests/live_test
tasks       | src/tasks/*_test.cpp          | tasks_test                | nginx          | beside | build/tests/tasks_test
net         | src/net/*_test.cpp            | net_test                  |                | beside | build/tests/net_test
auth        | src/auth/*_test.cpp           | auth_test                 |                | beside | build/tests/auth_test
fuzz_replay | tests/fuzz/CMakeLists.txt     | fuzz_replay_test          |                | beside | build/tests/fuzz_replay_test
api         | src/api/*_test.cpp            | api_test                  |                | beside | build/tests/api_test
app         | src/app/*_test.cpp            | app_test                  |                | beside | build/tests/app_test
engine      | tests/engine/CMakeLists.txt   | engine_test               |                | beside | build/tests/engine_test
tidy        | tests/tidy_test               | build.ninja               |                | beside | tests/tidy_test build
standalone  | tests/standalone/CMakeLists.txt | standalone_headers      |                | beside | true
simulate    | tests/simulation/CMakeLists.txt | simulate                | | beside | build/tests/simulate --seeds 100 --seed 1
conformance | tests/conformance/CMakeLists.txt | conformance_test       | mongod         | beside | build/tests/conformance_test
query_oracle | tests/oracle/CMakeLists.txt | query_oracle         | mongod         | beside | build/tests/query_oracle --queries 5000
mongo_feed  | tests/mongo_feed/CMakeLists.txt | mongo_feed_test         | mongod         | beside | build/tests/mongo_feed_test
live_clients | tests/live_clients/CMakeLists.txt | model_clients        | mongod         | beside | build/tests/model_clients --seeds 1000 && TMPDIR=/dev/shm build/tests/model_clients --store sqlite --seeds 1000 && build/tests/model_clients --store mongodb --seeds 20 --steps 200
kill_points | tests/kill_points/CMakeLists.txt | kill_points_test       | mongod         | beside | build/tests/kill_points_test
web         | web/tests/*.test.mjs          |                           |                | beside | node --test web/tests/*.test.mjs
net_clients | tests/net_clients/run         | example_socketio_echo     | pip            | beside | tests/net_clients/run
compat      | tests/compat/run              | task-runner               | nginx          | beside | tests/compat/run
cli         | tests/cli/run                 | task-runner               | nginx python mongod | beside | tests/cli/run
examples    | examples/*/main.cpp           | task-runner examples      | nginx mongod   | beside | tests/examples/run
browser     | tests/browser/run             | task-runner               | chromium nginx mongod | alone  | tests/browser/run
chaos       | tests/chaos/run               | chaos_host                |         mongod | alone  | tests/chaos/run
package     | tests/package/run             | taskrunner_install        |                | alone  | tests/package/run
asan        | src/*/*_test.cpp              |                           | nginx mongod   | alone  | scripts/sanitized asan
tsan        | src/*/*_test.cpp              |                           | nginx mongod   | alone  | scripts/sanitized tsan core store fleet live net mongo_feed engine
tsan_rest   | src/*/*_test.cpp              |                           | nginx mongod   | long   | scripts/sanitized tsan base doc auth query tasks api app conformance fuzz_replay kill_points
'
