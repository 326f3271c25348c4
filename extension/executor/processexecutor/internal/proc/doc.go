// Package proc starts processes that outlive their parent, finds them again
// and ends them without ever hitting another one.
//
// A PID alone names nothing: it is used again. Here a process is its
// [Identity]: PID, start time in the kernel's ticks, and the boot they belong
// to. It is the same text in every run of otelheal. Signals go through a pidfd,
// which the kernel ties to one life of one process, so between looking and
// signalling nothing can slip in.
//
// A process started with a [Mark] in its environment can be found even if its
// parent was killed before it could write down the PID. [Lock] closes the last
// gap: a child holds the lock of its parent until it has executed its program,
// so whoever gets the lock knows that every earlier child can be seen.
//
// Linux only. On other systems everything returns [ErrUnsupported].
package proc
