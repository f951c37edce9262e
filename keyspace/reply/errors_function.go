package reply

// The texts of FUNCTION and FCALL.
const (
	ErrLibraryMetadata  Error = "ERR Missing library metadata"
	ErrBadMetadata      Error = "ERR Invalid library metadata"
	ErrLibraryNameTwice Error = "ERR Invalid metadata value, name argument was given multiple times"
	ErrNoLibraryName    Error = "ERR Library name was not given"
	ErrFunctionName     Error = "ERR Library names can only contain letters, numbers, or" +
		" underscores(_) and must be at least one character long"
	ErrNoFunctions Error = "ERR No functions registered"

	ErrNoSuchLibrary   Error = "ERR Library not found"
	ErrNoSuchFunction  Error = "ERR Function not found"
	ErrFunctionKeys    Error = "ERR Bad number of keys provided"
	ErrFunctionFlush   Error = "ERR FUNCTION FLUSH only supports SYNC|ASYNC option"
	ErrListLibraryName Error = "ERR library name argument was not given"
	ErrRestorePolicy   Error = "ERR Wrong restore policy given, value should be either FLUSH," +
		" APPEND or REPLACE."
	ErrNotFunction Error = "ERR given type is not a function"
)

// The texts of redis.register_function, which a library finds in the field err of a table.
const (
	ErrRegisterOutside Error = "ERR redis.register_function can only be called on FUNCTION LOAD" +
		" command"
	ErrRegisterArgs   Error = "ERR wrong number of arguments to redis.register_function"
	ErrRegisterSingle Error = "ERR calling redis.register_function with a single argument is only" +
		" applicable to Lua table (representing named arguments)."
	ErrRegisterFirst  Error = "ERR first argument to redis.register_function must be a string"
	ErrRegisterSecond Error = "ERR second argument to redis.register_function must be a function"
	ErrRegisterKey    Error = "ERR named argument key given to redis.register_function is" +
		" not a string"
	ErrRegisterUnknown Error = "ERR unknown argument given to redis.register_function"
	ErrRegisterName    Error = "ERR function_name argument given to redis.register_function" +
		" must be a string"
	ErrRegisterText Error = "ERR description argument given to redis.register_function" +
		" must be a string"
	ErrRegisterCallback Error = "ERR callback argument given to redis.register_function must" +
		" be a function"
	ErrRegisterFlags Error = "ERR flags argument to redis.register_function must be a table" +
		" representing function flags"
	ErrRegisterFlag       Error = "ERR unknown flag given"
	ErrRegisterNoName     Error = "ERR redis.register_function must get a function name argument"
	ErrRegisterNoCallback Error = "ERR redis.register_function must get a callback argument"
	ErrRegisterTwice      Error = "ERR Function already exists in the library"
)

// LibraryMetadata is the reply to a word in the first line of a library that means nothing.
func LibraryMetadata(word []byte) Error {
	return errorf("ERR Invalid metadata value given: %s", word)
}

// LibraryEngine is the reply to a library for an engine that there is none of.
func LibraryEngine(engine []byte) Error { return errorf("ERR Engine '%s' not found", engine) }

// LibraryExists is the reply to a library that is there already.
func LibraryExists(name string) Error { return errorf("ERR Library '%s' already exists", name) }

// LibraryCollides is the reply to a library to be restored that is there already.
func LibraryCollides(name string) Error { return errorf("ERR Library %s already exists", name) }

// FunctionExists is the reply to a function that another library has already.
func FunctionExists(name string) Error { return errorf("ERR Function %s already exists", name) }

// FunctionCompile is the reply to a library that is no Lua.
func FunctionCompile(problem string) Error {
	return errorf("ERR Error compiling function: %s", problem)
}

// FunctionRegister is the reply to a library whose code has failed.
func FunctionRegister(problem string) Error {
	return errorf("ERR Error registering functions: %s", problem)
}

// FunctionPayload is the reply to a payload of FUNCTION RESTORE in which a part of a library can't
// be read.
func FunctionPayload(part string) Error { return errorf("ERR Failed loading %s", part) }

// FunctionLoadOption is the reply to an option of FUNCTION LOAD that does not exist.
func FunctionLoadOption(option []byte) Error {
	return errorf("ERR Unknown option given: %s", option)
}

// FunctionListOption is the reply to an option of FUNCTION LIST that does not exist.
func FunctionListOption(option []byte) Error { return errorf("ERR Unknown argument %s", option) }
