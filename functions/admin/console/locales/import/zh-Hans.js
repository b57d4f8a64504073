// The import of users in Simplified Chinese.

export default {};
