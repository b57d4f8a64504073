// The list of users in Simplified Chinese.

export default {};
