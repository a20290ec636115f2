// Loads a Node.js Lambda handler and serves invocations: JSON lines in on standard input, JSON lines out on descriptor 3.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const REPLY_FD = 3;
const root = process.env.LAMBDA_TASK_ROOT;
const spec = process.env._HANDLER;

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

async function loadModule(file) {
  if (path.extname(file) === '.mjs') return import(pathToFileURL(file));
  try {
    return createRequire(import.meta.url)(file);
  } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM') throw error;
    return import(pathToFileURL(file));
  }
}

async function loadHandler() {
  const dot = spec.lastIndexOf('.');
  const [moduleName, functionName] = [spec.slice(0, dot), spec.slice(dot + 1)];
  for (const extension of ['.js', '.mjs', '.cjs', '']) {
    const file = path.join(root, moduleName + extension);
    if (!fs.existsSync(file)) continue;
    const loaded = await loadModule(file);
    const handler = loaded[functionName] ?? loaded.default?.[functionName];
    if (typeof handler !== 'function') throw named('Runtime.HandlerNotFound', `${spec} is undefined or not exported`);
    return handler;
  }
  throw named('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}'`);
}

function contextOf(request) {
  const deadline = Date.now() + request.timeoutMs;
  const { env } = process;
  return {
    awsRequestId: request.id,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: request.arn,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    callbackWaitsForEmptyEventLoop: true,
  };
}

// A handler answers by a promise, by its callback, or (with fewer than three parameters) by its return value.
function invoke(handler, event, context) {
  return new Promise((resolve, reject) => {
    const callback = (error, value) => (error ? reject(error) : resolve(value));
    const returned = handler(event, context, callback);
    if (returned && typeof returned.then === 'function') returned.then(resolve, reject);
    else if (returned !== undefined || handler.length < 3) resolve(returned);
  });
}

function describe(error) {
  return {
    errorType: error?.name ?? 'Error',
    errorMessage: error?.message ?? String(error),
    trace: String(error?.stack ?? '').split('\n'),
  };
}

const reply = (message) => fs.writeSync(REPLY_FD, JSON.stringify(message) + '\n');

let handler;
let loadError;
try {
  handler = await loadHandler();
} catch (error) {
  loadError = error;
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  try {
    if (loadError) throw loadError;
    const value = await invoke(handler, JSON.parse(request.payload || 'null'), contextOf(request));
    reply({ id: request.id, result: value === undefined ? null : value });
  } catch (error) {
    const described = describe(error);
    // As the runtime of AWS does: a function's log says why it failed.
    console.error(`${request.id} ERROR Invoke Error ${JSON.stringify(described)}`);
    reply({ id: request.id, error: described });
  }
}
