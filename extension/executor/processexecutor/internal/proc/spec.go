package proc

// Mark is the environment variable that carries a process's token.
const Mark = "OTELHEAL_UNIT"

// Spec is a program to start.
type Spec struct {
	Args []string // Args[0] is the absolute path of the program
	Env  []string
	Dir  string
	Log  string // stdout and stderr are appended to this file
	// Token is put into the environment as Mark and must be unique.
	Token string
}

// Found is a process that carries a token.
type Found struct {
	Identity Identity
	Token    string
}
