import { createHash } from "node:crypto";

/**
 * Ends a request whose body turns out to be larger than allowed, while it streams in: HAProxy itself can
 * compare Content-Length only, and chunked or HTTP/2 bodies need not have one. Nothing is buffered beyond
 * HAProxy's own buffer; the server sees the connection break before the end of the body.
 *
 * A filter can only end a request as a bad one; the variable is what makes the answer a 413 (see backends.ts).
 * And it can do so only by an error, which HAProxy also writes to its log: 2.6 compares what http_payload returns
 * as an unsigned number, so that filter.ERROR (-1) would pass everything on.
 */
const text = `-- Written by Stackbook's route writer. The limit is the request's variable txn.max_body.
local Limit = { id = "stackbook body limit", flags = filter.FLT_CFG_FL_HTX }
Limit.__index = Limit

-- One object for each request.
function Limit:new()
  return setmetatable({ seen = 0 }, Limit)
end

function Limit:start_analyze(txn, channel)
  if not channel:is_resp() then
    filter.register_data_filter(self, channel)
  end
end

function Limit:http_payload(txn, message)
  self.limit = self.limit or txn:get_var("txn.max_body")
  self.seen = self.seen + message:input()
  if self.limit and self.seen > self.limit then
    txn:set_var("txn.too_large", true)
    error("request body over " .. self.limit .. " bytes", 0)
  end
end

core.register_filter("body-limit", Limit, function(class, args)
  return class
end)
`;

/** The name carries a hash: a new text never changes the file that the running configuration, or the previous one, loads. */
export const bodyLimitLua: { readonly fileName: string; readonly text: string } = {
  fileName: `body-limit-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.lua`,
  text,
};
