//! Components written by hand, for what compilers do not write.

/// A component that answers HTTP requests by running `body`, the instructions of a function with
/// the request and the outparam as its parameters 0 and 1. It has one page of memory.
pub fn handler(body: &str) -> String {
    format!(
        r#"(component
            (import "wasi:http/types@0.2.0" (instance $types
                (export "incoming-request" (type (sub resource)))
                (export "response-outparam" (type (sub resource)))
            ))
            (alias export $types "incoming-request" (type $request))
            (alias export $types "response-outparam" (type $outparam))
            (core module $module
                (memory (export "memory") 1)
                (func (export "handle") (param i32 i32) {body})
            )
            (core instance $core (instantiate $module))
            (type $handle_type (func
                (param "request" (own $request))
                (param "response-out" (own $outparam))
            ))
            (func $handle (type $handle_type) (canon lift (core func $core "handle")))
            (instance $handler (export "handle" (func $handle)))
            (export "wasi:http/incoming-handler@0.2.0" (instance $handler))
        )"#
    )
}

/// It traps at once.
pub fn trapping() -> String {
    handler("unreachable")
}

/// It runs and never ends.
pub fn looping() -> String {
    handler("(loop (br 0))")
}

/// It takes more and more memory, a mebibyte at a time, and traps when it gets no more.
pub fn greedy() -> String {
    handler("(loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const -1)))) unreachable")
}

/// It returns without an answer.
pub fn silent() -> String {
    handler("")
}

/// It exports nothing that the host calls.
pub fn idle() -> String {
    "(component)".to_owned()
}

/// It imports what no host has.
pub fn demanding() -> String {
    r#"(component (import "example:missing/thing@1.0.0" (instance (export "f" (func)))))"#
        .to_owned()
}
