"use strict";
// Prepares what a page has when it is read; for what comes later call these with what was added.
runexp.grid?.(document);
runexp.scatter?.(document);
