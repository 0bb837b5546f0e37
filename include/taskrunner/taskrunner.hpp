#pragma once

/// Everything a program needs that defines tasks and runs them.

#include <taskrunner/context.hpp>
#include <taskrunner/convert.hpp>
#include <taskrunner/error.hpp>
#include <taskrunner/json.hpp>
#include <taskrunner/object_id.hpp>
#include <taskrunner/query.hpp>
#include <taskrunner/store.hpp>
#include <taskrunner/task.hpp>
#include <taskrunner/task_runner.hpp>
