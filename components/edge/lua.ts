import { createHash } from "node:crypto";

/**
 * Ends a request whose body turns out to be larger than allowed, while it streams in: HAProxy itself can
 * compare Content-Length only, and chunked or HTTP/2 bodies need not have one. Nothing is buffered beyond
 * HAProxy's own buffer; the server sees the connection break before the end of the body.
 *
 * The variable is what turns the answer into a 413 (see backends.ts): a filter can only end the request as
 * a bad one.
 */
const text = `-- Written by Stackbook's route writer. filter lua.body-limit <bytes>
local function declare(class, args)
  local limit = tonumber(args[1])
  local Limit = { id = class.id, flags = class.flags }
  Limit.__index = Limit
  -- One object per request; each declaration has a limit of its own.
  function Limit:new()
    return setmetatable({ seen = 0 }, Limit)
  end
  function Limit:start_analyze(txn, channel)
    if not channel:is_resp() then
      filter.register_data_filter(self, channel)
    end
  end
  function Limit:http_payload(txn, message)
    self.seen = self.seen + message:input()
    if self.seen > limit then
      txn:set_var("txn.too_large", true)
      return filter.ERROR
    end
    return filter.CONTINUE
  end
  return Limit
end

core.register_filter("body-limit", { id = "stackbook body limit", flags = filter.FLT_CFG_FL_HTX }, declare)
`;

/** The name carries a hash: a new text never changes the file that the running configuration, or the previous one, loads. */
export const bodyLimitLua: { readonly fileName: string; readonly text: string } = {
  fileName: `body-limit-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.lua`,
  text,
};
